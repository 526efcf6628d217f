/** What is counted, per organisation and window. The numbers are settings; their defaults are the reference's. */
export const RATE_LIMITS = {
  /** Calls of the API, executions included. */
  api: { windowSeconds: 3_600, setting: 'MILLRACE_RATE_LIMIT_API_PER_HOUR' },
  /** Executions started by API call. */
  executions: { windowSeconds: 60, setting: 'MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE' },
  /** Webhook calls. */
  webhooks: { windowSeconds: 60, setting: 'MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE' },
} as const;

/** A kind of counted call. */
export type RateLimitKind = keyof typeof RATE_LIMITS;

/** Where a caller stands after a call has been counted. */
export interface RateLimitState {
  readonly kind: RateLimitKind;
  readonly limit: number;
  /** Calls left in the window; 0 also when this one was too many. */
  readonly remaining: number;
  /** When the window ends, in seconds since the epoch. */
  readonly resetAt: number;
  readonly exceeded: boolean;
}
