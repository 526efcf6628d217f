import { Inject, Injectable } from '@nestjs/common';
import { isEnd, JournalEntry, RunRequested, suspensionOf } from '@millrace/contracts';
import { BUS, isUnreadable, type Bus } from '@millrace/messaging';
import type { LatestEntry } from '@millrace/service-kit/journal-asides';
import { entryOf } from '@millrace/service-kit/recorded-state';
import type { ExecutionAddress } from '../executions/execution-sources.js';
import { RecordedService } from '../recorded/recorded.service.js';

/** What is found of an execution that has not ended by its record. */
export type Finding =
  | { readonly kind: 'fine' }
  /** It is suspended, and the time at which it was to be woken is long past. */
  | { readonly kind: 'asleep' }
  /** A run has begun and not said how it ended, and no message is left that another one could take. By the entry with this sequence, 0 for the record alone. */
  | { readonly kind: 'lost'; readonly sequence: number; readonly generation: number };

const FINE: Finding = { kind: 'fine' };

/** Looks whether anything will run an execution on. */
@Injectable()
export class ExecutionInspector {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'lastOnSubject' | 'lastSequence'>,
    private readonly recorded: RecordedService,
  ) {}

  /** `overdueMs`: how late it may be woken. That nothing is there is asked of who leads a stream: a copy may be late. Throws SERVICE_UNAVAILABLE. */
  async inspect(address: ExecutionAddress, now: number, overdueMs: number): Promise<Finding> {
    const latest = await this.#latest(address);
    if (latest === null || latest.payload.events.some(isEnd)) return FINE;
    const { sequence, payload } = latest;
    const suspension = suspensionOf(payload);
    const isDue = suspension?.until !== undefined && Date.parse(suspension.until) + overdueMs < now;
    // What only others can wake is woken by them.
    if (suspension !== null && !isDue) return FINE;
    // Of a run the message stays in the queue until it has said how it ended.
    if ((await this.bus.lastSequence(RunRequested, address, { confirmNone: true })) > 0) return FINE;
    return suspension === null ? { kind: 'lost', sequence, generation: payload.generation ?? 0 } : { kind: 'asleep' };
  }

  async #latest(address: ExecutionAddress): Promise<LatestEntry | null> {
    try {
      const latest = await this.bus.lastOnSubject(JournalEntry, address, { confirmNone: true });
      if (latest !== null) return latest;
    } catch (error) {
      // Whoever takes its message finds that out, and ends it.
      if (isUnreadable(error)) return null;
      throw error;
    }
    const state = await this.recorded.state(address);
    return state && entryOf(address, state);
  }
}
