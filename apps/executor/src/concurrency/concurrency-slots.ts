import { createHash } from 'node:crypto';
import { isEnd, JournalEntry } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { JournalAsides } from '@millrace/service-kit/journal-asides';
import { SlotRecords, type SlotGroup } from './slot-records.js';
import { hasSlot, release, take, told, untoldOf, type OnConflict, type Taken } from './slots.js';

/** So many of those that run are looked at when there is no slot, the oldest ones: one may have ended without anybody noticing. */
const MOST_LOOKED_AT = 10;

/** What a workflow says of its concurrency. */
export interface Limit {
  readonly limit: number;
  readonly onConflict: OnConflict;
}

/** The group of a workflow's executions that have the same key. */
export function groupOf(
  { organisation_id, workflow_id }: { readonly organisation_id: string; readonly workflow_id: string },
  key: string,
): SlotGroup {
  const group = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return { organisation_id, workflow_id, group };
}

/**
 * Who of the executions that share a limit may run. An execution keeps its slot until its end is in the journal, whatever becomes of the executor that runs it.
 * See docs/adr/0072-concurrency.md. All methods throw SERVICE_UNAVAILABLE and STORAGE_FULL.
 */
export class ConcurrencySlots {
  readonly #records: SlotRecords;

  constructor(
    private readonly bus: Pick<Bus, 'slotRecords' | 'lastOnSubject'>,
    private readonly asides: Pick<JournalAsides, 'wakeSuspended'>,
  ) {
    this.#records = new SlotRecords(bus);
  }

  /** Asks for a slot; asking again is asking once. */
  async take(group: SlotGroup, id: string, { limit, onConflict }: Limit): Promise<Omit<Taken, 'slots'>> {
    const ask = (): Promise<Taken> => this.#records.change(group, (slots) => take(slots, id, limit, onConflict));
    let taken = await ask();
    // Before others are cancelled or this one is turned away for what does not run any more.
    if (taken.outcome !== 'running' && (await this.#releaseEnded(group, limit))) taken = await ask();
    await this.#tell(group, taken.slots);
    return taken;
  }

  /** Whether it may run. */
  async has(group: SlotGroup, id: string): Promise<boolean> {
    return hasSlot(await this.#records.read(group), id);
  }

  /** An execution has ended: its slot goes to whoever waits for one. Doing it again changes nothing. */
  async release(group: SlotGroup, id: string, limit: number): Promise<void> {
    const { slots } = await this.#records.change(group, (found) => ({ slots: release(found, [id], limit) }));
    await this.#tell(group, slots);
  }

  /** Those that were given a slot are woken for it; also what whoever gave it could not do because its process died. */
  async #tell(group: SlotGroup, slots: Parameters<typeof untoldOf>[0]): Promise<void> {
    const { organisation_id } = group;
    const ids = untoldOf(slots);
    if (ids.length === 0) return;
    for (const execution_id of ids) await this.asides.wakeSuspended({ organisation_id, execution_id });
    await this.#records.change(group, (found) => ({ slots: told(found, ids) }));
  }

  async #releaseEnded(group: SlotGroup, limit: number): Promise<boolean> {
    const { organisation_id } = group;
    const { running } = await this.#records.read(group);
    const ended: string[] = [];
    for (const { id } of running.slice(0, MOST_LOOKED_AT)) {
      const address = { organisation_id, execution_id: id };
      const latest = await this.bus.lastOnSubject(JournalEntry, address, { confirmNone: true });
      if (latest === null || latest.payload.events.some(isEnd)) ended.push(id);
    }
    if (ended.length > 0) await this.#records.change(group, (found) => ({ slots: release(found, ended, limit) }));
    return ended.length > 0;
  }
}
