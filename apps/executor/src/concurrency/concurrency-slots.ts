import { createHash } from 'node:crypto';
import { isEnd, JournalEntry, type SlotGroup } from '@millrace/contracts';
import { isUnreadable, type Bus } from '@millrace/messaging';
import { readRecordedState, unlessYoung } from '@millrace/service-kit/recorded-state';
import type { JournalAsides } from '@millrace/service-kit/journal-asides';
import { SlotRecords } from './slot-records.js';
import { hasSlot, keep, leave, release, take, untoldOf, type Limit, type Slots, type Taken } from './slots.js';

/** So many of those that run are looked at when there is no slot, from both ends: one may have ended without anybody noticing. */
const LOOKED_AT = 5;
/** So many are woken by one change of the slots; others by the next one. */
const WOKEN = 20;

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
    private readonly bus: Pick<Bus, 'slotRecords' | 'lastOnSubject' | 'request'>,
    private readonly asides: Pick<JournalAsides, 'wakeSuspended'>,
  ) {
    this.#records = new SlotRecords(bus);
  }

  /** Asks for a slot; asking again is asking once. */
  async take(group: SlotGroup, id: string, limit: Limit): Promise<Omit<Taken, 'slots'>> {
    const ask = (): Promise<Taken> => this.#records.change(group, (slots) => take(slots, id, limit));
    let taken = await ask();
    // Before others are cancelled or this one is turned away for what does not run any more.
    if (taken.outcome !== 'running' && (await this.#releaseEnded(group, taken.slots, limit.limit))) taken = await ask();
    await this.#tell(group, taken.slots, limit.limit);
    return taken;
  }

  /** Gives a slot to one that has begun to run without one, or of which the record has been lost. */
  async keep(group: SlotGroup, id: string): Promise<void> {
    await this.#records.change(group, (slots) => ({ slots: keep(slots, id) }));
  }

  /** Whether it may run. */
  async has(group: SlotGroup, id: string): Promise<boolean> {
    return hasSlot(await this.#records.read(group), id);
  }

  /** An execution has ended: its slot goes to whoever waits for one. Doing it again changes nothing. */
  async release(group: SlotGroup, id: string, limit: number): Promise<void> {
    const { slots } = await this.#records.change(group, (found) => ({ slots: release(found, [id], limit) }));
    await this.#tell(group, slots, limit);
  }

  /** Several have been cancelled: those that wait leave, and one that has a slot gives it back at its end. */
  async leave(group: SlotGroup, ids: readonly string[], limit: number): Promise<void> {
    const { slots } = await this.#records.change(group, (found) => ({ slots: leave(found, ids, limit) }));
    await this.#tell(group, slots, limit);
  }

  /**
   * Looks through at most `count` records behind the one with the revision `after`, and takes out of them what has ended without giving its slot back. Returns
   * the revision behind which to go on; 0 after the last one. Nobody is given a slot: one that waits looks for it by itself.
   */
  async sweep(after: number, count: number): Promise<number> {
    const page = await this.#records.page(after, count);
    for (const { group, slots } of page) {
      const ended = await this.#endedOf(group, [slots.running.map(({ id }) => id), slots.waiting]);
      if (ended.length > 0) await this.#records.change(group, (found) => ({ slots: release(found, ended, 0) }));
    }
    return page.length < count ? 0 : (page.at(-1)?.revision ?? 0);
  }

  /**
   * Wakes those that were given a slot and have not asked since: again at each change, until they have. So it does not matter who
   * died before it could, or that an execution was not suspended yet.
   */
  async #tell(group: SlotGroup, slots: Slots, limit: number): Promise<void> {
    const { organisation_id } = group;
    const gone: string[] = [];
    for (const execution_id of someOf(untoldOf(slots), WOKEN)) {
      if (!(await this.#wake({ organisation_id, execution_id }))) gone.push(execution_id);
    }
    if (gone.length === 0) return;
    const { slots: left } = await this.#records.change(group, (found) => ({ slots: release(found, gone, limit) }));
    await this.#tell(group, left, limit);
  }

  /** False when nothing will ever run it. */
  async #wake(address: { organisation_id: string; execution_id: string }): Promise<boolean> {
    try {
      return await this.asides.wakeSuspended(address);
    } catch (error) {
      // What cannot be read of it is no reason to stop another one.
      if (isUnreadable(error)) return true;
      throw error;
    }
  }

  async #releaseEnded(group: SlotGroup, { running }: Slots, limit: number): Promise<boolean> {
    const ended = await this.#endedOf(group, [running.map(({ id }) => id)]);
    if (ended.length > 0) await this.#records.change(group, (found) => ({ slots: release(found, ended, limit) }));
    return ended.length > 0;
  }

  /** Those that have ended among some of each list, from both of its ends. */
  async #endedOf(group: SlotGroup, lists: readonly (readonly string[])[]): Promise<string[]> {
    const looked = new Set(
      lists.flatMap((ids) => [...ids.slice(0, LOOKED_AT), ...someOf(ids.slice(LOOKED_AT), LOOKED_AT)]),
    );
    const ended: string[] = [];
    for (const id of looked) if (await this.#hasEnded(group, id)) ended.push(id);
    return ended;
  }

  async #hasEnded({ organisation_id }: SlotGroup, execution_id: string): Promise<boolean> {
    try {
      const address = { organisation_id, execution_id };
      const latest = await this.bus.lastOnSubject(JournalEntry, address, { confirmNone: true });
      if (latest !== null) return latest.payload.events.some(isEnd);
      const state = await unlessYoung(address, () => readRecordedState(this.bus, address));
      return state === null || state.latest.events.some(isEnd);
    } catch (error) {
      if (isUnreadable(error)) return false;
      throw error;
    }
  }
}

/** All of them, or so many, from a place of chance on. */
function someOf(ids: readonly string[], count: number): readonly string[] {
  if (ids.length <= count) return ids;
  const from = Math.floor(Math.random() * (ids.length - count + 1));
  return ids.slice(from, from + count);
}
