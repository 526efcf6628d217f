import type { ExecutionEvent, JournalBatch } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { salvage } from './salvage.js';

const at = '2026-01-01T00:00:00.000Z';
const entry = (...events: ExecutionEvent[]): JournalBatch => ({
  entry_id: 'e',
  execution_id: 'exec_1',
  organisation_id: 'org_1',
  events,
});
const saved = (batch: JournalBatch) => salvage(Buffer.from(JSON.stringify(batch)))?.events;
const large = { text: 'a"b\\'.repeat(2_000), deep: [[[{ output: ['}', ']', ','] }]]] };
const step = { type: 'step_completed', at, path: 'call', step_type: 'http', started_at: at, attempt: 1 } as const;

test('small values stay, large ones become null, whatever is in them', () => {
  const started = {
    type: 'started',
    at,
    workflow_id: 'wf_1',
    version: 1,
    accepted_at: at,
    trigger: { type: 'api' },
  } as const;
  const events = saved(
    entry(
      { ...started, input: large },
      { ...step, output: { small: '",]}' } },
      { ...step, output: large },
      { type: 'completed', at, output: [large] },
    ),
  );
  expect(events).toEqual([
    { ...started, input: null },
    { ...step, output: { small: '",]}' } },
    { ...step, output: null },
    { type: 'completed', at, output: null },
  ]);
});

test('an error that is too large still is one', () => {
  const error = { code: 'STEP_FAILED', message: 'x'.repeat(5_000) };
  expect(saved(entry({ type: 'failed', at, error }))).toMatchObject([
    { type: 'failed', error: { code: 'HISTORY_INCOMPLETE' } },
  ]);
});

test('a trigger that is too large still is one, and events that only newer versions know stay', () => {
  const headers = { a: 'x'.repeat(5_000) };
  const trigger = { type: 'webhook', webhook_id: 'wh_1', method: 'POST', headers, query: {} } as const;
  const started = { type: 'started', at, workflow_id: 'wf_1', version: 1, accepted_at: at, trigger } as const;
  const teleported = { type: 'teleported', at, to: 'Mars', with: large } as unknown as ExecutionEvent;
  expect(saved(entry(started, teleported))).toEqual([
    { ...started, trigger: { type: 'unknown' } },
    { type: 'teleported', at, to: 'Mars', with: null },
  ]);
});

test('what is no entry, or too much even so, cannot be saved', () => {
  expect(salvage(Buffer.from('no json'))).toBeNull();
  expect(salvage(Buffer.from('{"events":[{"output":"never ends'))).toBeNull();
  expect(saved(entry(...Array.from({ length: 20_000 }, () => step)))).toBeUndefined();
});

test('numbers that are saved keep every digit', () => {
  const output = parseJson('[9007199254740993]');
  const batch = Buffer.from(stringifyJson(entry({ ...step, output }, { ...step, output: large })));
  expect(stringifyJson(salvage(batch)?.events[0])).toBe(stringifyJson({ ...step, output }));
});
