import * as sdk from '../src/index.js';
import { CALLS, type Args } from './calls.js';
import type { SkippingClock } from './skipping-clock.js';

/** A case of `packages/sdk-conformance`, as far as a call is made of it. */
export interface Call {
  readonly method: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly options?: {
    readonly idempotency_key?: string;
    readonly max_retries?: number;
    readonly timeout_ms?: number;
    readonly headers?: Record<string, string>;
  };
  readonly take?: number | 'all';
}

/** Makes the call; a page becomes its body or the items taken, nothing becomes null. */
export async function make(client: sdk.WorkflowClient, call: Call, clock: SkippingClock) {
  const { idempotency_key: idempotencyKey, max_retries: maxRetries, timeout_ms: timeout, headers } = call.options ?? {};
  const options = { idempotencyKey, maxRetries, timeout, headers };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const promise = CALLS[call.method]!(client, (call.args ?? {}) as unknown as Args, given, clock);
  if (promise instanceof sdk.EventStream) return { value: await taken(promise, call.take ?? 'all') };
  if (promise instanceof sdk.PagePromise) {
    if (call.take !== undefined) return { value: await taken(promise, call.take) };
    return { value: (await promise).body as unknown };
  }
  if (!(promise instanceof sdk.APIPromise)) return { value: (await promise) ?? null };
  const { data, status, requestId, headers: answered } = await (promise as sdk.APIPromise<unknown>).withResponse();
  const value = data instanceof Uint8Array ? new TextDecoder().decode(data) : data;
  return { value: value ?? null, response: { status, request_id: requestId, headers: answered } };
}

async function taken(list: AsyncIterable<unknown>, most: number | 'all'): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of list) {
    items.push(item);
    if (items.length === most) break;
  }
  return items;
}

const KINDS: Record<string, unknown> = {
  bad_request: sdk.BadRequestError,
  authentication: sdk.AuthenticationError,
  insufficient_credits: sdk.InsufficientCreditsError,
  permission_denied: sdk.PermissionDeniedError,
  not_found: sdk.NotFoundError,
  conflict: sdk.ConflictError,
  unprocessable_entity: sdk.UnprocessableEntityError,
  rate_limit: sdk.RateLimitError,
  internal_server: sdk.InternalServerError,
  api: sdk.APIError,
  connection: sdk.APIConnectionError,
  timeout: sdk.APIConnectionTimeoutError,
  webhook_verification: sdk.WebhookVerificationError,
  execution_failed: sdk.ExecutionFailedError,
  wait_timeout: sdk.WaitTimeoutError,
  usage: sdk.UsageError,
};

/** What is thrown, in the words of the cases. */
export function told(error: unknown): Record<string, unknown> {
  const kind = Object.keys(KINDS).find((name) => (error as Error).constructor === KINDS[name]);
  const { message } = error as Error;
  if (error instanceof sdk.APIError) {
    const { status, code, details, requestId: request_id, retryAfter: retry_after_ms } = error;
    return { kind, message, status, code, details, request_id, retry_after_ms };
  }
  if (error instanceof sdk.ExecutionFailedError) {
    return { kind, message, execution_id: error.execution.id, step_id: error.step?.step_id ?? null };
  }
  return { kind, message, ...(error instanceof sdk.WaitTimeoutError ? { execution_id: error.execution.id } : {}) };
}
