import {
  CreditsNoted,
  newId,
  OrganisationSnapshot,
  RunRequested,
  type CreditAccount,
  type CreditEntry,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { CreditAccounts, set } from '@millrace/service-kit/credits';
import { aRequest } from './executor.fixture.js';

/** The only model, its price, and what each call of it uses and costs. */
export const MODEL = 'm';
export const PRICES = { [MODEL]: { input: 1, output: 10 } };
export const USAGE = { prompt_tokens: 300, completion_tokens: 100, total_tokens: 400 };
export const COST = 1_300;
/** What a step may say at most, and what is held back for a call with a short prompt: more than {@link COST}, and less than this. */
export const MAX_TOKENS = 100;
export const MOST_RESERVED = 1_700;

/** An organisation that has a balance. */
export class Payer {
  readonly organisation_id = newId('organisation');
  readonly #accounts: CreditAccounts;

  constructor(private readonly bus: NatsBus) {
    this.#accounts = new CreditAccounts(bus, () => Promise.resolve());
  }

  /** As `definitions` does it. */
  async credit(balance: number): Promise<this> {
    const { organisation_id } = this;
    await this.#accounts.change(organisation_id, (found) => ({ account: set(found, { balance, now: Date.now() }) }));
    const snapshot = { organisation_id, suspended: false, limits: {}, limited_credits: true as const };
    await this.bus.snapshots.put(OrganisationSnapshot, snapshot, snapshot);
    return this;
  }

  async start(document: object, input: unknown = {}): Promise<RunRequest> {
    const { organisation_id } = this;
    const request = await aRequest(this.bus, document, input, { organisation_id });
    await this.bus.publish(RunRequested, request);
    return request;
  }

  async account(): Promise<CreditAccount> {
    const found = await this.#accounts.read(this.organisation_id);
    if (found === null) throw new Error('There is no account');
    return found;
  }

  /** What was noted: the ledger as it was sent, together with the lines that have not been, once each. */
  async ledger(): Promise<CreditEntry[]> {
    const told = (await this.notes()).flatMap(({ entry }) => entry ?? []);
    const lines = new Map([...told, ...(await this.account()).untold].map((entry) => [entry.sequence, entry]));
    return [...lines.values()].sort((a, b) => a.sequence - b.sequence);
  }

  async notes() {
    return (await this.bus.readSubject(CreditsNoted, this)).map(({ payload }) => payload);
  }
}
