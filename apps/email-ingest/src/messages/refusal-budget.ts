import { MAIL_LIMITS } from '../limits.js';

const HOUR_MS = 60 * 60_000;
/** Mailboxes of which it is known how much was announced; beyond, counting begins anew. */
const MOST_MAILBOXES = 10_000;

/** How often messages that are refused are announced to subscribers: whoever knows the address can send any number of them. */
export class RefusalBudget {
  readonly #hours = new Map<string, { readonly since: number; told: number }>();

  /** Takes one for a mailbox; false when there is none left. `now` in milliseconds that only grow. */
  take(mailboxId: string, now: number): boolean {
    let hour = this.#hours.get(mailboxId);
    if (hour === undefined || now - hour.since >= HOUR_MS) {
      if (this.#hours.size >= MOST_MAILBOXES) this.#hours.clear();
      hour = { since: now, told: 0 };
      this.#hours.set(mailboxId, hour);
    }
    if (hour.told >= MAIL_LIMITS.refusalsToldAnHour) return false;
    hour.told++;
    return true;
  }
}
