import { LIMITS, type FileReference } from '@millrace/contracts';
import { turnOfLargePiece } from '@millrace/messaging';
import type { ConfigOf } from '@millrace/schema';
import { redactionBy, TextMask } from '@millrace/service-kit/redaction';
import { loadHttpParser, type SafeHttpClient, type SafeHttpResponse } from '@millrace/service-kit/safe-http';
import { tracedCall } from '@millrace/service-kit/traced-call';
import type { Clock } from '../clock.js';
import { authorized, type Authorized } from '../http/auth/authorization.js';
import { OauthTokens } from '../http/auth/oauth-tokens.js';
import type { SignedRequest } from '../http/auth/signed-request.js';
import { OriginCircuits } from '../http/origin-circuits.js';
import type { OriginTurns } from '../http/origin-turns.js';
import { allPages, type Page } from '../http/pages.js';
import { receivedFile } from '../http/received-file.js';
import { compileRequest, type RenderedRequest } from '../http/rendered-request.js';
import { contentOfBody, type RequestContent } from '../http/request-content.js';
import { lateImport } from '../late-import.js';
import { readBody, statusFailure } from './http-response.js';
import { StepFailure } from './step-failure.js';
import type { EffectCall, EffectHandler } from './step-handler.js';

lateImport(loadHttpParser);

type Config = ConfigOf<'http'>;

/** What the step reaches the outside with. */
export interface HttpStepNeeds {
  readonly client: Pick<SafeHttpClient, 'request'>;
  /** `User-Agent` of the requests. */
  readonly userAgent: string;
  /** For a `Retry-After` that names a time. */
  readonly clock: Pick<Clock, 'now'>;
  /** What calls of an organisation are made with and nobody may see: services, and proxies before them, repeat what they are sent. */
  readonly secretsOf?: (organisationId: string) => readonly string[];
  /** Whose turn it is to call; absent where calls do not wait for each other. */
  readonly turns?: Pick<OriginTurns, 'at'>;
}

/** Output: `{status, headers, body}`; header names in lower case, the body parsed by its content type, or a file. */
export const http = (needs: HttpStepNeeds): EffectHandler<'http'> => {
  const now = (): number => needs.clock.now();
  // Not the time of day, which may be set: a pause would last as long as it was wrong.
  const circuits = new OriginCircuits(() => performance.now());
  const tokens = new OauthTokens(needs.client, circuits, now);
  const reached = { ...needs, tokens, circuits };
  return {
    kind: 'effect',
    compile(config) {
      const render = compileRequest(config);
      return (scope, options) => {
        const rendered = render(scope, options);
        const admission = needs.turns?.at(rendered.url);
        const run = (call: EffectCall): Promise<unknown> => {
          admission?.begin();
          return new HttpCall(reached, config, rendered, call).run();
        };
        return Object.assign(run, { admission });
      };
    },
  };
};

/** One attempt of the step: one request, or one for each page. */
class HttpCall {
  readonly #hidden = new TextMask();
  #hides = false;

  constructor(
    private readonly needs: HttpStepNeeds & { readonly tokens: OauthTokens; readonly circuits: OriginCircuits },
    private readonly config: Config,
    private readonly rendered: RenderedRequest,
    private readonly call: EffectCall,
  ) {
    needs.secretsOf?.(call.organisationId).forEach((text) => this.#hide(text));
  }

  async run(): Promise<unknown> {
    const { config, rendered, call } = this;
    // More could not be recorded.
    const maxBytes = Math.min(config.max_response_bytes ?? Infinity, LIMITS.stepOutputBytes);
    try {
      if (config.response === 'file') call.files.requireWritable?.();
      const { body } = rendered;
      const content = body && (await contentOfBody(body, call.files, call.idempotencyKey));
      const read = (url: string, limit: number, page = 1) => this.#page(url, content, limit, page);
      const output =
        config.pagination === undefined
          ? withoutBytes(await read(rendered.url, maxBytes))
          : await allPages(config.pagination, rendered.url, maxBytes, read);
      return this.#shown(output);
    } catch (error) {
      if (!this.#hides || call.stop.aborted) throw error;
      const { code, message, details, retryable, askedDelayMs } = StepFailure.from(error);
      const shown = this.#shown({ message, details });
      throw new StepFailure(code, shown.message, { details: shown.details, retryable, askedDelayMs, cause: error });
    }
  }

  async #page(url: string, content: RequestContent | undefined, maxBytes: number, page: number): Promise<Page> {
    const { config, needs, rendered, call } = this;
    const read = this.#read(url, content, maxBytes, page);
    let answer = await read();
    const { auth } = rendered;
    if (answer.response.status === 401 && auth?.type === 'oauth2_client_credentials') {
      // It may have been withdrawn before its time.
      needs.tokens.forget(auth, call.organisationId);
      answer = await read();
    }
    const { response, file } = answer;
    if (!accepted(config, response.status)) throw statusFailure(url, response, needs.clock.now());
    const { status, headers, body } = response;
    if (config.response === 'file') return { status, headers, body: file, bytes: 0 };
    const note = (line: string): void => call.onLog([line]);
    await turnOfLargePiece(body.length);
    if (call.stop.aborted) throw call.stop.reason;
    return { status, headers, body: readBody(config.response, url, response, note), bytes: body.length };
  }

  /** Sends the request, as often as it is called. */
  #read(url: string, content: RequestContent | undefined, maxBytes: number, page: number) {
    const { config, needs, rendered, call } = this;
    // A service that knows the key would answer with the page before.
    const key = page === 1 ? call.idempotencyKey : `${call.idempotencyKey}:${page}`;
    return async (): Promise<{ response: SafeHttpResponse; file: FileReference | undefined }> => {
      const headers: Record<string, string> = { 'user-agent': needs.userAgent, accept: '*/*', ...rendered.headers };
      if (content !== undefined) headers['content-type'] ??= content.type;
      if (config.method !== 'GET') headers['idempotency-key'] ??= key;
      const signed = await this.#signed({ method: config.method, url, headers, body: content?.body });
      let file: FileReference | undefined;
      const receive =
        config.response !== 'file'
          ? undefined
          : (head: Pick<SafeHttpResponse, 'status' | 'headers'>) =>
              accepted(config, head.status)
                ? receivedFile(
                    { url, headers: head.headers, maxBytes: config.max_response_bytes, mask: this.#fileMask },
                    call.files,
                    (written) => (file = written),
                  )
                : undefined;
      const { organisationId, stop } = call;
      const response = await needs.circuits.through({ organisationId, url: signed.url, stop }, () =>
        tracedCall(config.method, signed.headers, (traced) =>
          needs.client.request({
            method: config.method,
            url: signed.url,
            organisationId,
            headers: traced,
            body: content?.body,
            signal: stop,
            followRedirects: config.follow_redirects,
            maxResponseBytes: maxBytes,
            receive,
            onBytes: call.onBytesRead,
            // The step's own timeout ends the attempt by the signal.
            timeoutMs: call.timeoutMs === null ? undefined : null,
          }),
        ),
      );
      return { response, file };
    };
  }

  /** The request as it leaves. One without `auth` is not waited for. */
  #signed(request: SignedRequest): Pick<Authorized, 'url' | 'headers'> | Promise<Authorized> {
    const { needs, rendered, call } = this;
    if (rendered.auth === undefined) return request;
    const authNeeds = { tokens: needs.tokens, now: () => needs.clock.now() };
    return authorized(rendered.auth, request, authNeeds, call).then((signed) => {
      signed.hidden.forEach((text) => this.#hide(text));
      return signed;
    });
  }

  /** A token that was got for this call is in no list of secrets. */
  #hide(text: string): void {
    this.#hides = true;
    this.#hidden.add(text);
  }

  get #fileMask(): TextMask | undefined {
    return this.#hides ? this.#hidden : undefined;
  }

  #shown<Leaving>(leaving: Leaving): Leaving {
    return this.#hides ? redactionBy([this.#hidden])(leaving) : leaving;
  }
}

function withoutBytes({ status, headers, body }: Page): Omit<Page, 'bytes'> {
  return { status, headers, body };
}

function accepted(config: Config, status: number): boolean {
  if (config.accept_status === undefined) return status < 400;
  return config.accept_status.some((one) => one === status || one === `${Math.floor(status / 100)}xx`);
}
