import type { RateLimiter } from '@millrace/service-kit/rate-limits';
import type { Clock } from '../clock.js';
import type { MailSender } from './sender.js';

/** Counts the e-mails of a minute. */
export type MailCounter = Pick<RateLimiter<'mails'>, 'count'>;

/** Waiting e-mails do not all go on at the same moment, but within so many milliseconds of it. */
const SPREAD_MS = 1_000;

/** Lets so many e-mails of a sender through in a minute; others wait for the next one. */
export class MailRate {
  constructor(
    private readonly counter: MailCounter,
    private readonly clock: Clock,
  ) {}

  /** Resolves when an e-mail of the organisation may go; rejects with the reason of `signal`. `onWait` is called when it is not at once. */
  async take(
    sender: MailSender,
    organisationId: string,
    signal: AbortSignal,
    onWait: () => void = () => undefined,
  ): Promise<void> {
    if (sender.ratePerMinute === 0) return;
    for (;;) {
      signal.throwIfAborted();
      // By the name and not by the key: a changed password is no new minute.
      const state = await this.counter.count('mails', `${organisationId}:${sender.label}`, sender.ratePerMinute);
      if (!state.exceeded) return;
      onWait();
      const untilReset = Math.max(state.resetAt * 1000 - this.clock.now(), 0);
      await this.#pause(untilReset + Math.random() * SPREAD_MS, signal);
    }
  }

  /** Resolves after that many milliseconds, or when `signal` is aborted. */
  #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.clock.after(milliseconds, end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
