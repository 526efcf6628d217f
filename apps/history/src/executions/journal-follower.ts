import type { ExecutionEvent } from '@millrace/contracts';
import type { LatestEntry } from '@millrace/service-kit/journal-asides';
import type { ExecutionAddress, ExecutionSources } from './execution-sources.js';
import type { ReadGate } from './read-gate.js';

/** Reads the journal of an execution on, and of what that has dropped the record, each entry once, for whoever decides what is to follow its latest one. */
export class JournalFollower {
  #readTo = 0;

  constructor(
    private readonly sources: Pick<ExecutionSources, 'entriesFrom'>,
    private readonly gate: ReadGate,
    private readonly address: ExecutionAddress,
  ) {}

  /**
   * Passes on what has been written since the last look, up to the entry that is to be followed. False when the copy that was read does not
   * have all of it yet: then nothing may be decided. Throws SERVICE_UNAVAILABLE, and what reading throws.
   */
  async readTo(latest: LatestEntry, add: (events: readonly ExecutionEvent[]) => void): Promise<boolean> {
    await this.gate.run(this.address.organisation_id, async (stillWanted) => {
      for await (const { sequence, events } of this.sources.entriesFrom(this.address, this.#readTo + 1)) {
        stillWanted();
        // One of sequence 0 stands for all that is recorded.
        if (latest.sequence > 0 && sequence > latest.sequence) return;
        add(events);
        this.#readTo = sequence;
      }
    });
    // An end marker stands for entries that are all recorded, and is none of them.
    return latest.payload.end_marker === true || this.#readTo >= latest.sequence;
  }
}
