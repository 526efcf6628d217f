import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  type CreditAccount,
  type CreditChange,
  type CreditLedgerLine,
  type Credits,
  type CreditUsage,
  type CreditUsageGroup,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { add, CreditAccounts, NEW_ACCOUNT, reservedOf, safeInteger, set } from '@millrace/service-kit/credits';
import { noteChange } from '../audit/noted-change.js';
import { creditState } from '../audit/resource-state.js';
import { CreditBook, dayOf } from './credit-book.js';
import { CreditEntriesRepository } from './credit-entries.repository.js';
import type { CreditEntryRecord } from './credit-entry.schema.js';
import { CreditUsageRepository, type UsageFigures } from './credit-usage.repository.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_DAYS = 30;

/** What is asked about usage. Times are ISO 8601. */
interface UsageQuestion {
  readonly organisation_id: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly group_by: CreditUsageGroup;
}

/** What organisations may spend on models, and what they have spent. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class CreditsService {
  readonly #accounts: CreditAccounts;

  constructor(
    @Inject(BUS) bus: Bus,
    private readonly entries: CreditEntriesRepository,
    private readonly usages: CreditUsageRepository,
    private readonly book: CreditBook,
  ) {
    this.#accounts = new CreditAccounts(bus, (organisationId, entry) => this.book.enter(organisationId, entry));
  }

  /** The balance, and a page of the ledger. */
  async get(organisationId: string, page: { limit: number; starting_after?: string | undefined }): Promise<Credits> {
    const limit = Math.min(page.limit, LIMITS.pageSize);
    const before = page.starting_after === undefined ? undefined : Number(page.starting_after);
    const account = await this.#accounts.read(organisationId);
    // One more than asked for says whether there is a next page.
    const found = await this.entries.list(organisationId, limit + 1, before);
    const ledger = found.slice(0, limit).map(lineOf);
    const has_more = found.length > limit;
    return { ...stateOf(account), ledger, next_cursor: has_more ? String(ledger.at(-1)?.sequence) : null, has_more };
  }

  /** The balance alone, or null without one. */
  async balanceOf(organisationId: string): Promise<number | null> {
    const account = await this.#accounts.read(organisationId);
    return account?.limited ? account.balance : null;
  }

  /** Whether it has, or has had, a balance. */
  async hadBalance(organisationId: string): Promise<boolean> {
    if ((await this.#accounts.read(organisationId)) !== null) return true;
    return (await this.entries.list(organisationId, 1)).length > 0;
  }

  /** Gives an organisation a balance, or with null none; not when a later `version` of the organisation, or the same one, has done so. */
  async set(organisationId: string, balance: number | null, version?: number): Promise<void> {
    await this.#accounts.change(organisationId, (found) => ({
      account: set(found, { balance, now: Date.now(), version }),
    }));
  }

  /** Adds to a balance, once for each `request` that is named. Throws CREDITS_UNLIMITED. */
  async add(organisationId: string, { amount, note }: CreditChange, request?: string): Promise<Credits> {
    const { account, before } = await this.#accounts.change(organisationId, (found) => {
      if (!found?.limited) throw new AppError('CREDITS_UNLIMITED', { details: { organisation_id: organisationId } });
      return { account: add(found, { amount, now: Date.now(), note, request }), before: found };
    });
    const [was, is] = [before, account].map((each) => creditState(organisationId, each));
    if (was?.version !== is?.version) noteChange(() => ({ before: was ?? null, after: is ?? null }));
    return this.get(organisationId, { limit: 20 });
  }

  /** Makes the balance of an organisation again that NATS has lost, as the ledger has it: never no limit by error. Returns whether it had to. */
  async restore(organisationId: string): Promise<boolean> {
    if ((await this.#accounts.read(organisationId)) !== null) return false;
    const [last] = await this.entries.list(organisationId, 1);
    const known = { ...NEW_ACCOUNT, limited: true, balance: last?.balance ?? 0, sequence: last?.sequence ?? 0 };
    await this.#accounts.change(organisationId, (found) => ({ account: found ?? known }));
    return true;
  }

  /** What was used of models. Throws INVALID_INPUT for a range that is too long, or that ends before it begins. */
  async usage({ organisation_id: organisationId, from, to, group_by: group }: UsageQuestion): Promise<CreditUsage> {
    const end = to === undefined ? Date.now() : Date.parse(to) - 1;
    const first = dayStart(from === undefined ? end - (DEFAULT_DAYS - 1) * DAY_MS : Date.parse(from));
    const last = dayStart(end);
    const days = (last - first) / DAY_MS + 1;
    const most = group === 'day' ? LIMITS.creditUsageDays : LIMITS.creditUsageGroupedDays;
    if (days < 1) throw invalidRange('to must be after from');
    if (days > most)
      throw invalidRange(`A range has at most ${most} days when it is by ${group}: choose a shorter one`);
    const range = { organisationId, from: dayOf(new Date(first)), to: dayOf(new Date(last)) };
    const [byDay, found] = await Promise.all([
      this.usages.sums({ ...range, group: 'day' }, LIMITS.creditUsageDays),
      this.usages.sums({ ...range, group }, LIMITS.creditUsageGroups + 1),
    ]);
    return {
      from: new Date(first).toISOString(),
      to: new Date(last + DAY_MS).toISOString(),
      group_by: group,
      totals: byDay.reduce((sum, one) => added(sum, one), NOTHING),
      groups: found
        .slice(0, LIMITS.creditUsageGroups)
        .map(({ _id: key, ...sums }) => ({ key, ...added(NOTHING, sums) })),
      more: found.length > LIMITS.creditUsageGroups,
    };
  }
}

const NOTHING: UsageFigures = {
  calls: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost: 0,
  charged: 0,
  unpriced_calls: 0,
};

function added(one: UsageFigures, other: UsageFigures): UsageFigures {
  return {
    calls: safeInteger(one.calls + other.calls),
    input_tokens: safeInteger(one.input_tokens + other.input_tokens),
    output_tokens: safeInteger(one.output_tokens + other.output_tokens),
    cost: safeInteger(one.cost + other.cost),
    charged: safeInteger(one.charged + other.charged),
    unpriced_calls: safeInteger(one.unpriced_calls + other.unpriced_calls),
  };
}

function stateOf(account: CreditAccount | null): Omit<Credits, 'ledger' | 'next_cursor' | 'has_more'> {
  if (!account?.limited) return { limited: false, balance: null, reserved: null, available: null, low_below: null };
  const { balance, low_below } = account;
  const reserved = reservedOf(account, Date.now());
  return { limited: true, balance, reserved, available: Math.max(0, balance - reserved), low_below };
}

function lineOf(record: CreditEntryRecord): CreditLedgerLine {
  const { sequence, at, type, amount, balance, note } = record;
  const { workflow_id, execution_id, step_path, provider, model } = record;
  // Lines of earlier releases may have any number.
  const input_tokens = record.input_tokens && safeInteger(record.input_tokens);
  const output_tokens = record.output_tokens && safeInteger(record.output_tokens);
  const about = { workflow_id, execution_id, step_path, provider, model, input_tokens, output_tokens };
  return { sequence, at: at.toISOString(), type, amount, balance, note, ...about };
}

function dayStart(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

function invalidRange(message: string): AppError {
  return new AppError('INVALID_INPUT', { message, details: { issues: [{ path: 'from', message }] } });
}
