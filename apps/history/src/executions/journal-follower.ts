import { JournalEntry, type ExecutionEvent } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { LatestEntry } from '@millrace/service-kit/journal-asides';
import type { ExecutionAddress } from './execution-sources.js';
import type { ReadGate } from './read-gate.js';

/** Reads the journal of an execution on, each entry once, for whoever decides what is to follow its latest one. */
export class JournalFollower {
  #readTo = 0;

  constructor(
    private readonly bus: Pick<Bus, 'eachOnSubject'>,
    private readonly gate: ReadGate,
    private readonly address: ExecutionAddress,
  ) {}

  /**
   * Passes on what has been written since the last look, up to the entry that is to be followed. False when the copy that was read does not
   * have all of it yet: then nothing may be decided. Throws SERVICE_UNAVAILABLE, and what reading throws.
   */
  async readTo(latest: LatestEntry, add: (events: readonly ExecutionEvent[]) => void): Promise<boolean> {
    await this.gate.run(this.address.organisation_id, async (stillWanted) => {
      const entries = this.bus.eachOnSubject(JournalEntry, this.address, { from: this.#readTo + 1 });
      for await (const { sequence, payload } of entries) {
        stillWanted();
        if (sequence > latest.sequence) return;
        add(payload.events);
        this.#readTo = sequence;
      }
    });
    return this.#readTo >= latest.sequence;
  }
}
