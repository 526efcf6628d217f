import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type CreditAccount, type CreditEntry } from '@millrace/contracts';
import { WrongSequenceError, type Bus } from '@millrace/messaging';
import { StoredAccount } from './stored-account.js';

/** Of so many attempts one is in time, whoever else writes. */
const ATTEMPTS = 200;
const ATTEMPTS_IN_A_ROW = 5;
const LONGEST_PAUSE_MS = 30;

/** After that time whoever wrote a line has either sent it or will not. */
const FORSAKEN_MS = 30_000;

/** Sends a line of the ledger to who keeps it; sending it again is sending it once. */
export type TellEntry = (organisationId: string, entry: CreditEntry) => Promise<void>;

/** A change of an account. */
interface Change {
  readonly account: CreditAccount;
}

/**
 * The balances of organisations, written by compare-and-set. A line of the ledger is written with the balance that it changes, and stays in the account until it is known to have
 * been sent: so it makes no difference where who wrote it has died. All methods throw SERVICE_UNAVAILABLE.
 */
export class CreditAccounts {
  /** Lines that this process has sent and that are in the account still, by organisation. */
  readonly #told = new Map<string, Set<number>>();

  constructor(
    private readonly bus: Pick<Bus, 'creditRecords'>,
    private readonly tell: TellEntry,
  ) {}

  /** Null for an organisation that has never had a balance. */
  async read(organisation_id: string): Promise<CreditAccount | null> {
    return (await this.bus.creditRecords.read(StoredAccount, { organisation_id }))?.value ?? null;
  }

  /**
   * Writes what `change` makes of an account, and sends the lines that it has added. `change` is asked again when somebody else was first; the same account changes nothing. What it returned is
   * returned. What cannot be sent now is sent by whoever changes the account next.
   */
  async change<Result extends Change>(
    organisation_id: string,
    change: (account: CreditAccount | null) => Result,
  ): Promise<Result> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const stored = await this.bus.creditRecords.read(StoredAccount, { organisation_id });
      const told = new Set(this.#told.get(organisation_id));
      const result = change(stored && withoutTold(stored.value, told));
      const before = stored?.value.sequence ?? 0;
      if (result.account === stored?.value) return result;
      if (await this.#write(organisation_id, result.account, stored?.revision ?? 0)) {
        this.#forget(organisation_id, told);
        await this.#tellSome(organisation_id, result.account, before);
        return result;
      }
      if (attempt > ATTEMPTS_IN_A_ROW) await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new AppError('SERVICE_UNAVAILABLE', { message: 'Too many calls change the same balance at once' });
  }

  /** False when somebody else has written since. */
  async #write(organisation_id: string, account: CreditAccount, revision: number): Promise<boolean> {
    try {
      await this.bus.creditRecords.write(StoredAccount, { organisation_id }, account, revision);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError) return false;
      throw error;
    }
  }

  /** Its own lines, and those of others who have had the time to send theirs. */
  async #tellSome(organisationId: string, { untold }: CreditAccount, before: number): Promise<void> {
    const now = Date.now();
    for (const entry of untold) {
      if (entry.sequence <= before && now - Date.parse(entry.at) < FORSAKEN_MS) continue;
      try {
        await this.tell(organisationId, entry);
      } catch {
        // It is still in the account.
        return;
      }
      const told = this.#told.get(organisationId) ?? new Set();
      this.#told.set(organisationId, told.add(entry.sequence));
    }
  }

  #forget(organisationId: string, gone: ReadonlySet<number>): void {
    const told = this.#told.get(organisationId);
    for (const sequence of gone) told?.delete(sequence);
    if (told?.size === 0) this.#told.delete(organisationId);
  }
}

/** The same account when there is none of them in it. */
function withoutTold(account: CreditAccount, told: ReadonlySet<number>): CreditAccount {
  if (!account.untold.some(({ sequence }) => told.has(sequence))) return account;
  return { ...account, untold: account.untold.filter(({ sequence }) => !told.has(sequence)) };
}
