import { AppError } from '@millrace/contracts';
import { ZodError } from 'zod';
import { PayloadMissingError, PayloadTooLargeError, TerminalError } from './errors.js';

/** What becomes of a message after its handler: decided only in this file. Handlers throw or return; they never settle. */
export type Verdict =
  | { readonly kind: 'ack' }
  /** Deliver again after `delayMs`. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason: string }
  /** Publish to the dead letters with `reason`, then terminate. */
  | { readonly kind: 'dead-letter'; readonly reason: string };

/** The state of a failed delivery. */
export interface Attempt {
  /** This delivery, counted from 1. */
  readonly deliveryCount: number;
  /** The consumer's limit; -1 for none. */
  readonly maxDeliver: number;
  /** The service is shutting down, and the handler was aborted. */
  readonly aborted: boolean;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** What waits for the infrastructure goes on soon after it is back, however often it was delivered meanwhile. */
const LONGEST_OUTAGE_DELAY_MS = 10_000;

/** The verdict on a delivery whose handler threw. `random` is 0 … 1. */
export function verdictOnFailure(error: unknown, attempt: Attempt, random: number = Math.random()): Verdict {
  const reason = reasonOf(error);
  if (isTerminal(error)) return { kind: 'dead-letter', reason };
  const last = attempt.maxDeliver > 0 && attempt.deliveryCount >= attempt.maxDeliver;
  // Not the message's fault: it goes to another replica at once.
  if (attempt.aborted && !last) return { kind: 'retry', delayMs: 0, reason: 'The service is shutting down' };
  if (last) return { kind: 'dead-letter', reason: `Failed ${attempt.deliveryCount} times, last with: ${reason}` };
  const longest = error instanceof AppError && error.entry.retryable ? LONGEST_OUTAGE_DELAY_MS : LONGEST_DELAY_MS;
  return { kind: 'retry', delayMs: retryDelay(attempt.deliveryCount, random, longest), reason };
}

/** In one line and a few words each, since only the beginning of a reason is kept. */
function reasonOf(error: unknown): string {
  if (!(error instanceof ZodError)) return error instanceof Error ? error.message : String(error);
  const found = error.issues.map(({ path, message }) =>
    [path.map(String).join('.'), message].filter(Boolean).join(': '),
  );
  return `Payload is malformed: ${found.join('; ')}`;
}

/** True when no further delivery can succeed: the handler says so, or the payload cannot be read. */
export function isTerminal(error: unknown): boolean {
  return (
    error instanceof TerminalError ||
    error instanceof PayloadMissingError ||
    error instanceof PayloadTooLargeError ||
    error instanceof ZodError ||
    error instanceof UnreadableError
  );
}

/** The bytes of a message are no JSON. */
export class UnreadableError extends Error {
  constructor(cause: unknown) {
    super(`Payload is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnreadableError';
  }
}

/** 1 s, 2 s, 4 s … `longestMs` (30 s), each ± 20 % so that what failed together does not come back together. */
export function retryDelay(deliveryCount: number, random: number, longestMs = LONGEST_DELAY_MS): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (deliveryCount - 1), longestMs);
  return Math.round(delay * (0.8 + 0.4 * random));
}
