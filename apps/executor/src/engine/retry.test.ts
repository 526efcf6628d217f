import type { RetryPlan } from '@millrace/schema';
import { retryDelay, type FailedAttempt } from './retry.js';

const plan: RetryPlan = {
  maxAttempts: 5,
  backoff: 'exponential',
  initialDelayMs: 100,
  maxDelayMs: 500,
  jitter: false,
  retryIf: null,
  maxElapsedMs: null,
};
const failed = (overrides: Partial<FailedAttempt> = {}): FailedAttempt => ({
  attempt: 1,
  worthRetrying: true,
  firstStartedAt: 1_000,
  now: 1_000,
  askedDelayMs: null,
  ...overrides,
});
const delays = (changed: Partial<RetryPlan>) =>
  [1, 2, 3, 4, 5].map((attempt) => retryDelay({ ...plan, ...changed }, failed({ attempt }), () => 0));

describe('retryDelay', () => {
  it('grows as the backoff says, up to the longest delay, and ends with the last attempt', () => {
    expect(delays({})).toEqual([100, 200, 400, 500, null]);
    expect(delays({ backoff: 'linear' })).toEqual([100, 200, 300, 400, null]);
    expect(delays({ backoff: 'constant' })).toEqual([100, 100, 100, 100, null]);
  });

  it('spreads by jitter between half and all of the delay', () => {
    const jittered = (random: number) => retryDelay({ ...plan, jitter: true }, failed({ attempt: 2 }), () => random);
    expect([jittered(0), jittered(0.5), jittered(1)]).toEqual([100, 150, 200]);
  });

  it('does not try again what is not worth it', () => {
    expect(retryDelay(plan, failed({ worthRetrying: false }), () => 0)).toBeNull();
  });

  it('waits as long as it is asked to, but not for ever', () => {
    expect(retryDelay(plan, failed({ askedDelayMs: 3_000 }), () => 0)).toBe(3_000);
    expect(retryDelay(plan, failed({ askedDelayMs: 50 }), () => 0)).toBe(100);
    expect(retryDelay(plan, failed({ askedDelayMs: 1e12 }), () => 0)).toBe(600_000);
  });

  it('starts no attempt after the time for all of them', () => {
    const bounded = { ...plan, maxElapsedMs: 1_000 };
    expect(retryDelay(bounded, failed({ now: 1_900 }), () => 0)).toBe(100);
    expect(retryDelay(bounded, failed({ now: 1_901 }), () => 0)).toBeNull();
  });
});
