import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, type CreditEntry, type CreditUsageGroup, type ModelUse, type NotedCredits } from '@millrace/contracts';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { CreditEntriesRepository } from './credit-entries.repository.js';
import { CreditUsageRepository } from './credit-usage.repository.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Keeps the ledgers of credits and counts usage. Everything may be recorded twice. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class CreditBook {
  constructor(
    private readonly entries: CreditEntriesRepository,
    private readonly usage: CreditUsageRepository,
    private readonly teller: EventTeller,
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_CREDIT_LEDGER_DAYS'>,
  ) {}

  /** Records what an executor has noted. */
  async note({ organisation_id, note_id, at, usage, entry }: NotedCredits): Promise<void> {
    if (entry !== undefined) return this.enter(organisation_id, entry);
    if (usage !== undefined) await this.#count({ organisation_id, note_id, at }, usage, 0);
  }

  /** Records a line of a ledger, counts what it is about, and notifies subscribers. */
  async enter(organisation_id: string, entry: CreditEntry): Promise<void> {
    const { sequence, at, type, amount, balance, note, usage, tells = [] } = entry;
    await this.entries.insert({
      _id: `${organisation_id}:${sequence}`,
      organisation_id,
      sequence,
      at: new Date(at),
      type,
      amount,
      balance,
      note: note ?? null,
      workflow_id: usage?.workflow_id ?? null,
      execution_id: usage?.execution_id ?? null,
      step_path: usage?.step_path ?? null,
      provider: usage?.provider ?? null,
      model: usage?.model ?? null,
      input_tokens: usage?.input_tokens ?? null,
      output_tokens: usage?.output_tokens ?? null,
    });
    if (usage !== undefined) await this.#count({ organisation_id, note_id: String(sequence), at }, usage, -amount);
    for (const what of tells) {
      if (what !== 'low' && what !== 'exhausted') continue;
      await this.teller.tell({
        organisationId: organisation_id,
        type: `credits.${what}`,
        at,
        workflowId: null,
        source: [String(sequence)],
        data: { balance },
      });
    }
  }

  /** Deletes what is older than the ledger goes back; returns how much. */
  async prune(): Promise<number> {
    const before = new Date(Date.now() - this.config.MILLRACE_CREDIT_LEDGER_DAYS * DAY_MS);
    const entries = await this.entries.deleteBefore(before);
    return entries + (await this.usage.deleteBefore(dayOf(before)));
  }

  async #count(
    { organisation_id, note_id, at }: Pick<NotedCredits, 'organisation_id' | 'note_id' | 'at'>,
    use: ModelUse,
    charged: number,
  ): Promise<void> {
    const day = dayOf(new Date(at));
    const figures = {
      calls: 1,
      input_tokens: use.input_tokens ?? 0,
      output_tokens: use.output_tokens ?? 0,
      cost: use.cost ?? 0,
      charged,
      unpriced_calls: use.cost === null ? 1 : 0,
    };
    const keys: Readonly<Record<CreditUsageGroup, string | null>> = {
      day: null,
      workflow: use.workflow_id,
      model: `${use.provider}/${use.model}`,
      label: use.label ?? null,
    };
    for (const group of Object.keys(keys) as CreditUsageGroup[]) {
      const place = { organisation_id, group, day, key: keys[group] };
      const key = (await this.#hasRoom(place)) ? place.key : null;
      await this.usage.add({ ...place, key }, figures, note_id);
    }
  }

  /** Whoever names each execution differently must not make a document of each. */
  async #hasRoom(place: Parameters<CreditUsageRepository['has']>[0]): Promise<boolean> {
    if (place.key === null || (await this.usage.has(place))) return true;
    return (await this.usage.count(place, LIMITS.creditUsageNames)) < LIMITS.creditUsageNames;
  }
}

/** The day of UTC that a time is in. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
