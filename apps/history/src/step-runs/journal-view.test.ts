import { LIMITS, MASK, type ExecutionEvent } from '@millrace/contracts';
import { JournalView } from './journal-view.js';

const at = '2026-01-01T00:00:00.000Z';
const skipped = (path: string): ExecutionEvent => ({ type: 'step_skipped', at, path, step_type: 'http' });

function pageOf(entries: readonly { sequence: number; events: ExecutionEvent[] }[], limit: number, after?: string) {
  const view = new JournalView('exec_1', limit, after);
  entries.every((entry) => view.add(entry));
  return view.page();
}

describe('the view of a journal', () => {
  it('is in pages that together have each event once, wherever an entry ends', () => {
    const entries = [3, 7, 8].map((sequence, number) => ({
      sequence,
      events: Array.from({ length: number + 1 }, (_, index) => skipped(`${sequence}-${index}`)),
    }));
    const seen: unknown[] = [];
    for (let after: string | undefined; ;) {
      const { events, next_cursor } = pageOf(entries, 2, after);
      expect(events.length).toBeLessThanOrEqual(2);
      seen.push(...events.map(({ id, path }) => [id, path]));
      if (next_cursor === null) break;
      after = next_cursor;
    }
    expect(seen).toEqual(['3-0', '7-0', '7-1', '8-0', '8-1', '8-2'].map((id) => [id, id]));
  });

  it('shows neither the seed, nor sealed results, nor what a waiting step goes on with or is sent', () => {
    const secret = 'correct-horse-battery-staple';
    const waiting = { path: 'w', step_type: 'wait', started_at: at, attempt: 1, waits_for: 'time' as const };
    const done = { path: 's', step_type: 'http', started_at: at, attempt: 1, output: MASK };
    const { events } = pageOf(
      [
        {
          sequence: 1,
          events: [
            {
              type: 'started',
              at,
              workflow_id: 'wf_1',
              version: 1,
              accepted_at: at,
              trigger: { type: 'api' },
              seed: secret,
            },
            { type: 'step_waiting', at, ...waiting, frozen: { text: secret } },
            { type: 'signal_received', at, signal: 'paid', data: { text: secret } },
            { type: 'step_completed', at, ...done, sealed: secret },
          ],
        },
      ],
      10,
    );
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(events).toMatchObject([
      { seed: MASK },
      { frozen: MASK },
      { signal: 'paid', data: MASK },
      { sealed: MASK, output: MASK },
    ]);
  });

  it('shows of kinds and members that only newer versions know no more than that they are there', () => {
    const newer = { type: 'teleported', at, key: 'correct-horse' } as unknown as ExecutionEvent;
    const grown = { ...skipped('a'), later: 'correct-horse' };
    const { events } = pageOf([{ sequence: 1, events: [newer, grown] }], 10);
    expect(events).toEqual([
      { id: '1-0', type: 'teleported', at },
      { id: '1-1', ...skipped('a') },
    ]);
  });

  it('has references to values that are too large', () => {
    const output = 'x'.repeat(LIMITS.answerValueBytes);
    const { events } = pageOf([{ sequence: 1, events: [{ type: 'completed', at, output }] }], 10);
    expect(events).toMatchObject([{ output: null, output_ref: { href: '/v1/executions/exec_1/output' } }]);
  });
});
