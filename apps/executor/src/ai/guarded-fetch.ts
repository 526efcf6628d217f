import { exceededJsonBound, LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS } from '@millrace/expression';
import type { SafeHttpClient } from '@millrace/service-kit/safe-http';
import { StepFailure } from '../steps/step-failure.js';
import type { EffectCall } from '../steps/step-handler.js';

/** What bounds one call of a model. */
export interface FetchLimits extends Pick<EffectCall, 'signal' | 'timeoutMs' | 'onBytesRead'> {
  /** Bytes that the request holds in memory as long as the call is made. */
  readonly heldBytes: number;
}

/** Headers that say how the body came over the wire; it has been decoded by then. */
const OF_THE_WIRE = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/**
 * A `fetch` for the libraries that speak to models, by our own client: it checks the address, follows no redirect (which would
 * take the key along), and reads so much of an answer and no more. Keeps the last body, for what the libraries do not report.
 */
export class GuardedFetch {
  #body: Uint8Array | undefined;

  constructor(
    private readonly client: Pick<SafeHttpClient, 'request'>,
    private readonly userAgent: string,
    private readonly limits: FetchLimits,
  ) {}

  /** To be passed to a provider. Throws AppError as the client does, StepFailure AI_ANSWER_TOO_LARGE. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const { signal, timeoutMs, onBytesRead, heldBytes } = this.limits;
    onBytesRead(heldBytes);
    const response = await this.client.request({
      method: init.method ?? 'GET',
      url: input instanceof Request ? input.url : String(input),
      headers: { ...Object.fromEntries(new Headers(init.headers)), 'user-agent': this.userAgent },
      body: typeof init.body === 'string' ? init.body : undefined,
      signal,
      followRedirects: false,
      maxResponseBytes: LIMITS.aiAnswerBytes,
      onBytes: (bytes) => onBytesRead(heldBytes + bytes),
      timeoutMs: timeoutMs === null ? LIMITS.aiCallMs : null,
    });
    checkBounds(response.body);
    this.#body = response.body;
    const headers = Object.entries(response.headers).filter(([name]) => !OF_THE_WIRE.has(name));
    const isEmpty = response.status === 204 || response.status === 304;
    return new Response(isEmpty ? null : new Uint8Array(response.body), { status: response.status, headers });
  };

  /** What the model says when it refuses to answer, empty when it says nothing; null when it does not refuse. */
  refusal(): string | null {
    if (this.#body === undefined) return null;
    try {
      const answer = JSON.parse(Buffer.from(this.#body).toString()) as Refusable;
      // OpenAI's API has it beside an empty text, Anthropic's as the reason to stop.
      const refusal = answer.choices?.[0]?.message?.refusal;
      if (typeof refusal === 'string' && refusal !== '') return refusal;
      return answer.stop_reason === 'refusal' ? '' : null;
    } catch {
      return null;
    }
  }
}

/** Where an answer may say so. */
interface Refusable {
  readonly choices?: readonly { readonly message?: { readonly refusal?: unknown } }[];
  readonly stop_reason?: unknown;
}

function checkBounds(body: Uint8Array): void {
  const bounds = { depth: EXPRESSION_LIMITS.dataDepth, values: LIMITS.jsonValues, names: LIMITS.jsonNames };
  const exceeded = exceededJsonBound(body, bounds);
  if (exceeded === null) return;
  throw new StepFailure('AI_ANSWER_TOO_LARGE', `The answer of the model has too many values, names or levels of JSON`, {
    details: { [`limit_${exceeded}`]: bounds[exceeded] },
  });
}
