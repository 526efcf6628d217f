import type { ExecutionEvent } from '@millrace/contracts';
import { StepDetail } from './step-detail.js';

const at = (second: number): string => `2026-11-25T09:00:${String(second).padStart(2, '0')}.000Z`;
const step = { path: 'call', step_type: 'http' };
const error = { code: 'HTTP_STATUS_ERROR', message: 'The server replied with status 503' };
const started = (attempt: number, second: number): ExecutionEvent => ({ type: 'step_started', at: at(second), ...step, attempt }); // prettier-ignore
const failed = (attempt: number, from: number, to: number, retry?: number): ExecutionEvent => ({
  type: 'step_failed',
  at: at(to),
  ...step,
  started_at: at(from),
  attempt,
  error,
  ...(retry === undefined ? {} : { retry_at: at(retry) }),
});
const completed = (attempt: number, from: number, to: number, output: unknown): ExecutionEvent => ({
  type: 'step_completed',
  at: at(to),
  ...step,
  started_at: at(from),
  attempt,
  output,
});
const cancelled: ExecutionEvent = { type: 'cancelled', at: at(50) };

function detailOf(events: readonly ExecutionEvent[]) {
  const detail = new StepDetail('exec_1', 'call');
  // One entry for each event, as far as they are wanted.
  events.every((event) => detail.add({ events: [event] }));
  return detail.detail();
}

it('has the log of the last attempt that has ended', () => {
  const written = (event: ExecutionEvent, log: string[]): ExecutionEvent => ({ ...event, log }) as ExecutionEvent;
  const first = [started(1, 1), written(failed(1, 1, 2, 4), ['first'])];
  expect(detailOf(first)?.log).toEqual(['first']);
  expect(detailOf([...first, started(2, 4), written(completed(2, 4, 5, 1), ['second'])])?.log).toEqual(['second']);
  expect(detailOf([...first, started(2, 4), completed(2, 4, 5, 1)])).not.toHaveProperty('log');
});

it('lists each attempt with what came of it', () => {
  const detail = detailOf([started(1, 1), failed(1, 1, 2, 4), started(2, 4), completed(2, 4, 5, { a: 1 })]);
  expect(detail).toMatchObject({ status: 'completed', attempts: 2, output: { a: 1 }, error: null, duration_ms: 4_000 });
  expect(detail?.attempt_log).toEqual([
    { n: 1, started_at: at(1), completed_at: at(2), error },
    { n: 2, started_at: at(4), completed_at: at(5), error: null },
  ]);
});

it('takes an attempt that was begun again after a crash for the same one, from its first start', () => {
  expect(detailOf([started(1, 1), started(1, 30), failed(1, 30, 31)])?.attempt_log).toEqual([
    { n: 1, started_at: at(1), completed_at: at(31), error },
  ]);
});

it('shows the open attempt of a step that runs, and none of one that waits for its next attempt', () => {
  const first = { n: 1, started_at: at(1), completed_at: at(2), error };
  expect(detailOf([started(1, 1), failed(1, 1, 2, 4)])).toMatchObject({
    status: 'waiting_for_retry',
    attempt_log: [first],
  });
  expect(detailOf([started(1, 1), failed(1, 1, 2, 4), started(2, 4)])).toMatchObject({
    status: 'running',
    attempt_log: [first, { n: 2, started_at: at(4), completed_at: null, error: null }],
  });
});

it('ends the open attempt with the execution', () => {
  expect(detailOf([started(1, 1), cancelled])).toMatchObject({
    status: 'failed',
    attempt_log: [{ n: 1, completed_at: at(50), error: { code: 'STEP_CANCELLED' } }],
  });
});

it('keeps to the first result, and to the step that is asked for', () => {
  const other: ExecutionEvent = { ...started(7, 9), path: 'other' } as ExecutionEvent;
  const detail = detailOf([other, started(1, 1), completed(1, 1, 2, 'first'), failed(2, 3, 4)]);
  expect(detail).toMatchObject({ status: 'completed', output: 'first', attempts: 1 });
  expect(detailOf([other, cancelled])).toBeNull();
});

it('has no attempt of a step that was skipped', () => {
  expect(detailOf([{ type: 'step_skipped', at: at(1), ...step }])).toMatchObject({
    status: 'skipped',
    attempt_log: [],
  });
});
