import { LIMITS } from '@millrace/contracts';
import type { Redact } from '@millrace/service-kit/redaction';
import type { SafeHttpClient, SafeHttpRequest, SafeHttpResponse } from '@millrace/service-kit/safe-http';
import type { EffectCall, TextSink } from '../steps/step-handler.js';
import { checkJsonBounds } from './json-of-answer.js';
import { checkSaidTools } from './said-tools.js';
import { StreamedAnswer } from './streamed-answer.js';
import { Unreported } from './unreported.js';

/** What bounds one call of a model. */
export interface FetchLimits extends Pick<EffectCall, 'signal' | 'timeoutMs' | 'onBytesRead'> {
  /** Whose call it is: it goes the way that the operator has laid down for them. */
  readonly organisationId: string;
  /** Bytes that the request holds in memory as long as the call is made. */
  readonly heldBytes: number;
  /** Lets others have the process, before more of an answer is read. */
  readonly turn: () => Promise<void>;
  /** Milliseconds of a call whose step has no timeout. */
  readonly callMs: number;
  /** Takes what the model writes as it comes, if somebody is to get it; see `EffectCall.textSink`. */
  readonly sink?: (hide: Redact) => TextSink | null;
}

/** An error in an answer that came as a success. */
export interface SaidError extends Pick<SafeHttpResponse, 'status' | 'headers'> {
  /** See `Unreported`. */
  readonly error: unknown;
}

/** Headers that say how the body came over the wire; it has been decoded by then. */
const OF_THE_WIRE = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/**
 * A `fetch` for the libraries that speak to models, by our own client: it checks the address, follows no redirect (which would
 * take the key along), and reads so much of an answer and no more. Keeps what the libraries do not report.
 */
export class GuardedFetch {
  #answered: Pick<SafeHttpResponse, 'status' | 'headers'> | undefined;
  #whole: Unreported | undefined;
  #streamed: StreamedAnswer | undefined;
  #unstreamed: SafeHttpResponse | undefined;

  constructor(
    private readonly client: Pick<SafeHttpClient, 'request'>,
    private readonly userAgent: string,
    private readonly limits: FetchLimits,
  ) {}

  /** To be passed to a provider. Throws AppError as the client does, StepFailure AI_ANSWER_TOO_LARGE. */
  readonly fetch: typeof fetch = async (input, init = {}) => this.#received(await this.#request(input, init));

  /** The same, but gives a stream of events as it comes. Errors behind its head come out of its body. */
  readonly stream: typeof fetch = (input, init = {}) =>
    new Promise((resolve, reject) => {
      const receive: SafeHttpRequest['receive'] = ({ status, headers }) => {
        const type = headers['content-type'] ?? '';
        if (status !== 200 || !type.toLowerCase().startsWith('text/event-stream')) return undefined;
        const { onBytesRead, heldBytes, turn } = this.limits;
        const answer = new StreamedAnswer({ onBytes: (bytes) => onBytesRead(heldBytes + bytes), turn });
        this.#streamed = answer;
        this.#answered = { status, headers };
        resolve(new Response(answer.readable, { status, headers: headersOf(headers) }));
        return (body) => answer.take(body);
      };
      this.#request(input, init, receive)
        .then(
          (response) => {
            if (this.#streamed !== undefined) return;
            if (response.status === 200) this.#unstreamed = response;
            resolve(this.#received(response));
          },
          (error: Error) => {
            this.#streamed?.fail(error);
            reject(error);
          },
        )
        .catch(reject);
    });

  /** Gives once more what {@link stream} got that was no stream; undefined when it was one, or no success. */
  get unstreamed(): (() => Promise<Response>) | undefined {
    const response = this.#unstreamed;
    return response && (() => Promise.resolve(this.#received(response)));
  }

  /** Why a stream broke off; undefined for one that did not. */
  get broken(): unknown {
    return this.#streamed?.error;
  }

  /** Nobody reads a stream any more: without this its connection would stay, and the client library read on. */
  end(): void {
    this.#streamed?.fail(new Error('Nobody reads it any more'));
  }

  #request(
    input: Parameters<typeof fetch>[0],
    init: RequestInit,
    receive?: SafeHttpRequest['receive'],
  ): Promise<SafeHttpResponse> {
    const { organisationId, signal, timeoutMs, callMs, onBytesRead, heldBytes } = this.limits;
    onBytesRead(heldBytes);
    return this.client.request({
      method: init.method ?? 'GET',
      url: input instanceof Request ? input.url : String(input),
      organisationId,
      headers: { ...Object.fromEntries(new Headers(init.headers)), 'user-agent': this.userAgent },
      body: typeof init.body === 'string' ? init.body : undefined,
      signal,
      followRedirects: false,
      maxResponseBytes: LIMITS.aiAnswerBytes,
      onBytes: (bytes) => onBytesRead(heldBytes + bytes),
      timeoutMs: timeoutMs === null ? callMs : null,
      ...(receive === undefined ? {} : { receive }),
    });
  }

  #received(response: SafeHttpResponse): Response {
    checkJsonBounds(response.body);
    const answer = parsed(response.body);
    checkSaidTools(answer);
    this.#answered = response;
    this.#whole = new Unreported();
    this.#whole.note(answer);
    const isEmpty = response.status === 204 || response.status === 304;
    const { status, headers } = response;
    return new Response(isEmpty ? null : new Uint8Array(response.body), { status, headers: headersOf(headers) });
  }

  /** What the answer says that the libraries do not report; undefined while there is none. */
  get unreported(): Unreported | undefined {
    return this.#whole ?? this.#streamed?.unreported;
  }

  /** The error that an answer of success has in it; undefined when it has none. */
  get saidError(): SaidError | undefined {
    const { unreported } = this;
    if (unreported?.error === undefined || this.#answered === undefined || this.#answered.status >= 300)
      return undefined;
    return { ...this.#answered, error: unreported.error };
  }
}

/** Null for what is no JSON. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return null;
  }
}

function headersOf(headers: SafeHttpResponse['headers']): [string, string][] {
  return Object.entries(headers).filter(([name]) => !OF_THE_WIRE.has(name));
}
