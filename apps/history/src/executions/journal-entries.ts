import { JournalEntry } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { Entry } from './entries.js';

/** What the journal has of an execution `without` some sequences, in order; an end marker contains nothing that the record does not. Throws SERVICE_UNAVAILABLE. */
export async function readJournal(
  bus: Bus,
  organisationId: string,
  executionId: string,
  without: ReadonlySet<number>,
): Promise<Entry[]> {
  const address = { organisation_id: organisationId, execution_id: executionId };
  const stored = await bus.readSubject(JournalEntry, address, { without });
  return stored
    .filter(({ payload }) => !payload.end_marker)
    .map(({ sequence, payload, bytes }) => ({ sequence, events: payload.events, bytes }));
}
