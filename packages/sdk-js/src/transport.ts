import { APIPromise, type APIResponse } from './api-promise.js';
import { attempt, type Answer, type Request } from './attempt.js';
import type { Clock } from './clock.js';
import { cryptography } from './cryptography.js';
import { apiError, UsageError } from './errors.js';
import { FOREIGN, foreignAnswer, isObject, isOfTheApi, parsed } from './foreign-answer.js';
import { lowerCased, sendable } from './headers.js';
import { openAnswer } from './open-answer.js';
import type { CallOptions, JsonOptions, Logger, WriteOptions } from './options.js';
import { retryAfterOf, retryDelay } from './retry.js';
import { VERSION } from './version.js';

/** Settings that hold for all calls. */
export interface TransportSettings {
  readonly apiKey: string | undefined;
  /** Without a slash at its end. */
  readonly baseURL: string;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly repeatWrites: boolean;
  readonly defaultHeaders: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  readonly logger: Logger;
  readonly json: JsonOptions;
  readonly clock: Clock;
}

/** What is called. */
export interface Call {
  readonly method: string;
  /** Behind the base URL, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON; undefined means no body. */
  readonly body?: unknown;
  /** A body that is sent as YAML, as it is. */
  readonly yaml?: string;
  /** The answer is asked for as YAML, whose text is the result. */
  readonly asYaml?: boolean;
  /** The bytes of the answer are the result, whatever they are. */
  readonly asBytes?: boolean;
  readonly options?: CallOptions & WriteOptions;
  /** A member by which an answer is known as the API's, or several of which it has one; anything is one without it. */
  readonly has?: string | readonly string[];
  /** The same for a page: the member with its items. */
  readonly list?: string;
  /** A start of an execution, which is repeated whatever `repeatWrites` says. */
  readonly keyed?: boolean;
  /** For so many seconds the API may wait before it responds; an attempt has so much more time. */
  readonly wait?: number | undefined;
  /** Sent without the API key. */
  readonly anonymous?: boolean;
}

/** Sends calls, repeats what may be repeated, and turns answers into results and errors. */
export class Transport {
  readonly clock: Clock;
  readonly #settings: TransportSettings;

  constructor(settings: TransportSettings) {
    this.clock = settings.clock;
    this.#settings = settings;
  }

  /** The JSON of the answer is the result, undefined without a body. Nothing checks it against `T`. */
  call<T>(call: Call): APIPromise<T> {
    return new APIPromise(this.#send<T>(call));
  }

  /**
   * Opens a stream of events behind the last one, once, and returns its text piece by piece; null when nothing comes behind that.
   *
   * @throws APIError, APIConnectionError, UserAbortError
   */
  async open(call: Call, lastEventId: string): Promise<AsyncIterable<string> | null> {
    const sent = await this.#request(call);
    const resumes: Record<string, string> = lastEventId === '' ? {} : { 'last-event-id': lastEventId };
    const request = { ...sent, headers: { ...sent.headers, accept: EVENTS, ...resumes } };
    const answer = await openAnswer(this.#settings.fetch, request);
    if (answer.headers.get('content-type')?.startsWith(EVENTS) === true && answer.status === 200) return answer.text();
    const { status, headers } = answer;
    const bytes = await answer.bytes();
    if (status === 204) return null;
    // What is no stream is an error, also where it is one with success: an answer as YAML that is none.
    this.#result(request, { status, headers, bytes }, { ...call, asYaml: true });
    return null;
  }

  /** JSON as the client reads it. */
  parse(text: string): unknown {
    return this.#settings.json.parse(text);
  }

  async #send<T>(call: Call): Promise<APIResponse<T>> {
    const { repeatWrites, logger, clock } = this.#settings;
    const maxRetries = call.options?.maxRetries ?? this.#settings.maxRetries;
    const request = await this.#request(call);
    const repeatable = repeatWrites || call.keyed === true || call.method === 'GET';
    for (let made = 0; ; made += 1) {
      try {
        const answer = await attempt(this.#settings.fetch, request);
        logger.debug?.(`${request.method} ${request.url}: ${answer.status}`);
        return this.#result<T>(request, answer, call);
      } catch (error) {
        const delay = made < maxRetries ? retryDelay(error, made, repeatable) : undefined;
        if (delay === undefined) throw error;
        logger.warn?.(`${error instanceof Error ? error.message : 'The call failed'}; again in ${delay} ms`);
        await clock.sleep(delay, request.signal);
      }
    }
  }

  async #request(call: Call): Promise<Request> {
    const { method, path, query, body, options = {}, wait, anonymous } = call;
    const { apiKey, baseURL, timeout, defaultHeaders, json } = this.#settings;
    if (!anonymous && !apiKey)
      throw new UsageError('There is no API key: give the option apiKey or set MEINGPT_API_KEY.');
    const parameters = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(parameters.map(([name, value]) => [name, String(value)])).toString();
    return {
      method,
      url: `${baseURL}${path}${search ? `?${search}` : ''}`,
      headers: sendable({
        accept: call.asYaml ? YAML : call.asBytes ? '*/*' : 'application/json',
        ...(typeof document === 'undefined' ? { 'user-agent': `meingpt-workflows-js/${VERSION}` } : {}),
        ...contentType(call),
        ...(method === 'GET'
          ? {}
          : { 'idempotency-key': options.idempotencyKey ?? (await cryptography()).randomUUID() }),
        ...(wait === undefined ? {} : { prefer: `wait=${wait}` }),
        ...lowerCased(defaultHeaders),
        ...lowerCased(options.headers ?? {}),
        ...(anonymous ? {} : { authorization: `Bearer ${apiKey}` }),
      }),
      body: call.yaml ?? (body === undefined ? undefined : json.stringify(body)),
      timeout: (options.timeout ?? timeout) + (wait ?? 0) * 1_000,
      signal: options.signal,
    };
  }

  #result<T>(request: Request, { status, headers, bytes }: Answer, call: Call): APIResponse<T> {
    const { asYaml, asBytes } = call;
    const isOk = status >= 200 && status < 300;
    if (asBytes && isOk) return { data: bytes as T, status, headers, requestId: headers.get('x-request-id') };
    const text = new TextDecoder().decode(bytes);
    const body = asYaml && isOk ? yamlOf(headers, text) : parsed(text, this.#settings.json);
    const requestId = headers.get('x-request-id');
    if (isOk && body !== FOREIGN && isOfTheApi(body, call)) return { data: body as T, status, headers, requestId };
    const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
    throw apiError({
      status,
      headers,
      code: typeof error['code'] === 'string' ? error['code'] : null,
      message: typeof error['message'] === 'string' ? error['message'] : foreignAnswer(request, status),
      details: isObject(error['details']) ? error['details'] : {},
      requestId: requestId ?? (typeof error['request_id'] === 'string' ? error['request_id'] : null),
      retryAfter: retryAfterOf(headers, this.clock.now()),
    });
  }
}

const YAML = 'application/yaml';
const EVENTS = 'text/event-stream';

function contentType({ body, yaml }: Call): Record<string, string> {
  if (yaml !== undefined) return { 'content-type': YAML };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** An API of before YAML returns JSON, which says more than the document. */
function yamlOf(headers: Headers, text: string): unknown {
  return headers.get('content-type')?.startsWith(YAML) === true ? text : FOREIGN;
}
