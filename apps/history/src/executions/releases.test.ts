import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionEvent, JournalBatch } from '@millrace/contracts';
import { eventsOf } from './entries.js';
import { foldExecution } from './fold.js';
import { salvage } from './salvage.js';
import { fromStepRuns, inlineEntries, toStepRuns, toStored } from './stored-execution.js';

const folder = join(__dirname, '../../../../packages/contracts/src/messages/fixtures');
const entryOf = (file: string) =>
  (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { JournalEntry: JournalBatch }).JournalEntry;

/** What a newer release may write instead: more members, and kinds in between. */
function newer(events: readonly ExecutionEvent[]): ExecutionEvent[] {
  const at = '2026-11-25T01:00:00.000Z';
  const unknown = { type: 'step_teleported', at, path: 'fetch', step_type: 'http', output: 1 };
  return events.flatMap((event) => [{ ...event, later: { deep: [1] } }, unknown]) as ExecutionEvent[];
}

describe.each(readdirSync(folder))('the journal of %s', (file) => {
  const entry = entryOf(file);

  it('is shown, with and without what only a newer release knows, the same', () => {
    const view = foldExecution('exec_1', entry.events);
    expect(view).toMatchObject({ workflow_id: 'wf_1', workflow_version: 1 });
    expect(foldExecution('exec_1', newer(entry.events))).toEqual(view);
  });

  it('is stored whole, whichever way', async () => {
    for (const events of [entry.events, newer(entry.events)]) {
      const entries = [{ sequence: 3, events }];
      const stored = await toStored('exec_1', 'org_1', entries);
      expect(eventsOf(await inlineEntries(stored!.record))).toEqual(events);
      expect(await fromStepRuns(await toStepRuns('exec_1', entries))).toEqual(entries);
      expect(salvage(Buffer.from(JSON.stringify({ ...entry, events })))).toEqual({ ...entry, events });
    }
  });
});
