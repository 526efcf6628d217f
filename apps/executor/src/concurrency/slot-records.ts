import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, SlotsRecord, type SlotGroup } from '@millrace/contracts';
import { WrongSequenceError, type Bus } from '@millrace/messaging';
import { isEmpty, NO_SLOTS, type Slots } from './slots.js';

/** Of so many attempts one is in time, whoever else writes. */
const ATTEMPTS = 200;
const ATTEMPTS_IN_A_ROW = 5;
const LONGEST_PAUSE_MS = 30;

/** Slots, in the bucket `slots`, each record written by compare-and-set. All methods throw SERVICE_UNAVAILABLE and STORAGE_FULL. */
export class SlotRecords {
  constructor(private readonly bus: Pick<Bus, 'slotRecords'>) {}

  async read(group: SlotGroup): Promise<Slots> {
    return (await this.bus.slotRecords.read(SlotsRecord, group))?.value ?? NO_SLOTS;
  }

  /** Some of all records, behind the one with the revision `after`. */
  async page(
    after: number,
    limit: number,
  ): Promise<{ readonly group: SlotGroup; readonly slots: Slots; readonly revision: number }[]> {
    const page = await this.bus.slotRecords.page(SlotsRecord, after, limit);
    return page.map(({ key, value: slots, revision }) => {
      const [organisation_id = '', workflow_id = '', group = ''] = key.split('.');
      return { group: { organisation_id, workflow_id, group }, slots, revision };
    });
  }

  /** Writes what `change` makes of the slots, which is asked again when somebody else was first, and returns what it returned. */
  async change<Result extends { readonly slots: Slots }>(
    group: SlotGroup,
    change: (slots: Slots) => Result,
  ): Promise<Result> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const stored = await this.bus.slotRecords.read(SlotsRecord, group);
      const before = stored?.value ?? NO_SLOTS;
      const result = change(before);
      if (result.slots === before) return result;
      if (await this.#write(group, { ...before, ...result.slots }, stored?.revision ?? 0)) return result;
      if (attempt > ATTEMPTS_IN_A_ROW) await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new AppError('SERVICE_UNAVAILABLE', { message: 'Too many executions ask for the same slots at once' });
  }

  /** False when somebody else has written since. */
  async #write(group: SlotGroup, slots: Slots, revision: number): Promise<boolean> {
    try {
      const value = { ...slots, running: [...slots.running], waiting: [...slots.waiting] };
      const written = await this.bus.slotRecords.write(SlotsRecord, group, value, revision);
      // What nobody needs any more is not kept: there is one for each value of a key.
      if (isEmpty(slots)) await this.bus.slotRecords.remove(SlotsRecord, group, written);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError) return false;
      throw error;
    }
  }
}
