import type { Clock } from './clock.js';

/** Where the client writes what it does; never a key, a header or a body. */
export interface Logger {
  debug?(message: string): void;
  warn?(message: string): void;
}

/** How JSON is read and written. */
export interface JsonOptions {
  /** Reads an answer. Throws for what is no JSON. */
  readonly parse: (text: string) => unknown;
  /** Writes a body. */
  readonly stringify: (value: unknown) => string | undefined;
}

/** Settings of a client; each has a default. */
export interface ClientOptions {
  /** The API token. By default `MEINGPT_API_KEY`. */
  readonly apiKey?: string;
  /** The address of the API with its version. By default `MEINGPT_BASE_URL`, else `http://localhost:3000/v1`. */
  readonly baseURL?: string;
  /** The time limit of one attempt, in milliseconds. By default 60,000. */
  readonly timeout?: number;
  /** How often a call is repeated at most. By default 2. */
  readonly maxRetries?: number;
  /** Whether also writes that may have been carried out and are no starts are repeated, under the same `Idempotency-Key`. By default they are. */
  readonly repeatWrites?: boolean;
  /** Sent with each call. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
  /** The secret of {@link Webhooks.unwrap} and {@link Webhooks.verify}. By default `MEINGPT_WEBHOOK_SECRET`. */
  readonly webhookSecret?: string;
  /** Another `fetch`, as for a proxy. */
  readonly fetch?: typeof globalThis.fetch;
  /** By default standard error where `MEINGPT_LOG` is `debug` or `warn`, else none. */
  readonly logger?: Logger;
  /** Another parser and writer of JSON, for numbers of more digits than a double has. By default `JSON`. */
  readonly json?: JsonOptions;
  /** Another clock, for tests. */
  readonly clock?: Clock;
}

/** Settings of one call. */
export interface CallOptions {
  /** The time limit of one attempt, in milliseconds. */
  readonly timeout?: number;
  readonly maxRetries?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** Settings of one call that changes something. */
export interface WriteOptions extends CallOptions {
  /** By default a random one. All attempts of the call carry the same. */
  readonly idempotencyKey?: string;
}
