import { Injectable } from '@nestjs/common';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Cursor, CursorAddress, Note, Untold } from './cursor.js';

const TYPES = { missed: 'schedule.missed', skipped: 'schedule.skipped' } as const;

/** Tells subscribers of nominal times at which nothing was started. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class ScheduleEvents {
  constructor(private readonly teller: EventTeller) {}

  /** Whether somebody wants to hear of a note. */
  async areWanted({ organisation_id }: CursorAddress, { outcome }: Note): Promise<boolean> {
    return outcome !== 'refused' && (await this.teller.wants(organisation_id, TYPES[outcome]));
  }

  /** Tells what the cursor says is untold; may be called again for the same cursor. Throws STORAGE_FULL. */
  async tell(cursor: Cursor): Promise<void> {
    for (const note of cursor.untold ?? []) await this.#tell(cursor, note);
  }

  async #tell({ organisation_id, workflow_id, index }: Cursor, note: Untold): Promise<void> {
    if (note.outcome === 'refused') return;
    const [first, last] = [iso(note.first_at), iso(note.last_at)];
    await this.teller.tell({
      organisationId: organisation_id,
      type: TYPES[note.outcome],
      at: iso(note.decided_at),
      workflowId: workflow_id,
      source: [workflow_id, String(index), first, last],
      data: { workflow_id, index, first_at: first, last_at: last, count: note.count, more: note.more },
    });
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
