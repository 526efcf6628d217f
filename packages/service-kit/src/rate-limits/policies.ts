/** What is counted, and over how long. How many are allowed are settings of the service that counts. */
export const RATE_LIMITS = {
  /** Calls of the API per organisation, executions included. */
  api: { windowSeconds: 3_600 },
  /** Calls of the operator of the installation. */
  operator: { windowSeconds: 60 },
  /** Executions started by API call, per organisation. */
  executions: { windowSeconds: 60 },
  /** Webhook calls per organisation: those that its address and its checks let through. */
  webhooks: { windowSeconds: 60 },
  /** E-mails of a sender, per organisation. */
  mails: { windowSeconds: 60 },
  /** Tests of mailboxes, per organisation. */
  mailbox_tests: { windowSeconds: 60 },
  /** Calls with an unknown API token, and webhook calls that were refused because their address is unknown or a check failed, per address of the caller. */
  refused_webhooks: { windowSeconds: 60 },
  /** Calls of links to approvals, per address of the caller. */
  approval_links: { windowSeconds: 60 },
} as const;

/** A kind of counted call. */
export type RateLimitKind = keyof typeof RATE_LIMITS;

/** The state of a caller's limit after a call has been counted. */
export interface RateLimitState {
  readonly kind: RateLimitKind;
  readonly limit: number;
  /** Calls left in the window; 0 also when this one was too many. */
  readonly remaining: number;
  /** When the window ends, in seconds since the epoch. */
  readonly resetAt: number;
  readonly exceeded: boolean;
}
