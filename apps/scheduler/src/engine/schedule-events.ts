import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import type { Cursor, CursorAddress, Note, Untold } from './cursor.js';

const TYPES = { missed: 'schedule.missed', skipped: 'schedule.skipped', refused: 'schedule.refused' } as const;

/** After a failure the time in which nothing is announced, so that those who are due next do not wait for the same failure. */
const PAUSE_MS = 5_000;

/** Notifies subscribers of nominal times at which nothing was started. That it cannot be done keeps no schedule from starting. */
@Injectable()
export class ScheduleEvents {
  #pausedUntil = 0;

  constructor(
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** Whether somebody may subscribe to a note. Never throws. */
  async areWanted({ organisation_id }: CursorAddress, { outcome }: Note): Promise<boolean> {
    return this.teller.mayWant(organisation_id, TYPES[outcome]);
  }

  /** Announces what the cursor says is untold, and returns whether all is announced; may be called again for the same cursor. Never throws. */
  async tell(cursor: Cursor): Promise<boolean> {
    if (performance.now() < this.#pausedUntil) return false;
    // What only a newer version knows stays for one to announce.
    if (!(cursor.untold ?? []).every(({ outcome }) => Object.hasOwn(TYPES, outcome))) return false;
    try {
      for (const note of cursor.untold ?? []) await this.#tell(cursor, note);
      return true;
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      this.logger.warn({ err: error }, 'Subscribers are notified later of times at which nothing was started');
      return false;
    }
  }

  async #tell({ organisation_id, workflow_id, index }: Cursor, note: Untold): Promise<void> {
    const [first, last] = [iso(note.first_at), iso(note.last_at)];
    const why = note.outcome === 'refused' ? { code: note.code } : {};
    await this.teller.tellSoon({
      organisationId: organisation_id,
      type: TYPES[note.outcome],
      at: iso(note.decided_at),
      workflowId: workflow_id,
      source: [workflow_id, String(index), first, last],
      data: { workflow_id, index, first_at: first, last_at: last, count: note.count, more: note.more, ...why },
    });
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
