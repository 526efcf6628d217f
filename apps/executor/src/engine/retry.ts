import { LIMITS } from '@millrace/contracts';
import type { RetryPlan } from '@millrace/schema';

/** What decides about another attempt. Times in milliseconds since the epoch. */
export interface FailedAttempt {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** What `retry_if` says of the failure, else whether the failure is of a kind that may pass. */
  readonly worthRetrying: boolean;
  readonly firstStartedAt: number;
  readonly now: number;
  /** Pause that the service asked for, or null. */
  readonly askedDelayMs: number | null;
}

/** Milliseconds until the next attempt, or null when there is none. `random` gives 0 … 1 and is called only for jitter. */
export function retryDelay(plan: RetryPlan, failed: FailedAttempt, random: () => number): number | null {
  if (!failed.worthRetrying || failed.attempt >= plan.maxAttempts) return null;
  const grown = Math.min(grow(plan, failed.attempt), plan.maxDelayMs);
  // Half of it stays: a jitter down to nothing would turn a pause into none.
  const delay = plan.jitter ? grown * (0.5 + random() / 2) : grown;
  // It may ask for a longer pause than the plan's longest, but not for ever.
  const asked = Math.min(failed.askedDelayMs ?? 0, LIMITS.askedDelayMs);
  const wait = Math.round(Math.max(delay, asked));
  if (plan.maxElapsedMs !== null && failed.now + wait - failed.firstStartedAt > plan.maxElapsedMs) return null;
  return wait;
}

function grow(plan: RetryPlan, attempt: number): number {
  switch (plan.backoff) {
    case 'constant':
      return plan.initialDelayMs;
    case 'linear':
      return plan.initialDelayMs * attempt;
    case 'exponential':
      return plan.initialDelayMs * 2 ** (attempt - 1);
  }
}
