import { setTimeout as sleep } from 'node:timers/promises';
import { isEnd, ReadRecorded, suspensionOf, type ExecutionEvent, type RecordedState } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { readRecordedState, type ExecutionPlace } from '@millrace/service-kit/recorded-state';

/** What is missing may be on its way into the database: so often, and so many milliseconds apart, it is looked for. */
const LOOKS = 8;
const LOOK_INTERVAL_MS = 250;

/** What the database has of an execution whose journal has dropped its beginning. History is asked. See docs/adr/0084-waits-outlive-the-journal.md. */
export class RecordedJournal {
  constructor(
    private readonly bus: Pick<Bus, 'request'>,
    private readonly address: ExecutionPlace,
  ) {}

  /**
   * How far the execution is, for a message of a generation; null when nothing is recorded. `lost` when what is recorded does not lead to that message: who went on from it would
   * do again what has been done. Throws SERVICE_UNAVAILABLE.
   */
  async latest(generation: number): Promise<RecordedState['latest'] | 'lost' | null> {
    for (let look = 1; look <= LOOKS; look++) {
      const state = await readRecordedState(this.bus, this.address);
      if (state === null) return null;
      if (leadsTo(state, generation)) return state.latest;
      if (look < LOOKS) await sleep(LOOK_INTERVAL_MS);
    }
    return 'lost';
  }

  /** The events of all entries before a sequence of the journal, of all of them without one; none when some of them are lost. Throws SERVICE_UNAVAILABLE. */
  async events(before: number | undefined): Promise<ExecutionEvent[]> {
    const state = await readRecordedState(this.bus, this.address);
    if (state === null || state.incomplete) return [];
    const { organisation_id, execution_id } = this.address;
    const events: ExecutionEvent[] = [];
    for (let after = 0; ;) {
      const bounds = before === undefined ? { after } : { after, before };
      const page = await this.bus.request(ReadRecorded, { organisation_id, execution_id, ...bounds });
      for (const entry of page.entries) events.push(...entry.events);
      after = page.entries.at(-1)?.sequence ?? after;
      if (!page.has_more || page.entries.length === 0) return events;
    }
  }
}

/** A message of a later generation is there only once the suspension before it is in the journal. */
function leadsTo({ started, latest, incomplete }: RecordedState, generation: number): boolean {
  const { generation: found = 0, events } = latest;
  if (events.some(isEnd) || found > generation) return true;
  if (incomplete || started === undefined) return false;
  return found === generation || (found === generation - 1 && suspensionOf(latest) !== null);
}
