import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { cancelledEvent, cancelRequestIn, effectsBegun } from './run-cancel.js';

const at = '2026-11-26T09:00:00.000Z';
const begun = (path: string, step_type = 'http'): ExecutionEvent => ({
  type: 'step_started',
  at,
  path,
  step_type,
  attempt: 1,
});
const completed = (path: string, step_type = 'http'): ExecutionEvent => ({
  ...{ type: 'step_completed', at, path, step_type, started_at: at, attempt: 1, output: null },
});
const failed = (path: string, retry_at?: string): ExecutionEvent => ({
  ...{ type: 'step_failed', at, path, step_type: 'http', started_at: at, attempt: 1 },
  error: { code: 'HTTP_STATUS_ERROR', message: 'no' },
  ...(retry_at === undefined ? {} : { retry_at }),
});
const paths = (...events: ExecutionEvent[]) => effectsBegun(events, (type) => type === 'http').map(({ path }) => path);

it('of the side effects that a lost run had begun those count whose attempt has no result', () => {
  expect(paths(begun('a'), begun('b'), completed('a'))).toEqual(['b']);
  expect(paths(begun('a'), failed('a', at))).toEqual([]);
  expect(paths(begun('a'), failed('a', at), begun('a'))).toEqual(['a']);
});

it('steps that reach nothing outside are not among them', () => {
  expect(paths(begun('each', 'loop'), begun('pause', 'wait'), begun('each[0].call'))).toEqual(['each[0].call']);
});

it('nor what was given up with the loop or parallel around it, whatever its id begins like', () => {
  const calls = [begun('each[0].call'), begun('each_other'), begun('both.left.call'), begun('each[1].both.right.call')];
  expect(paths(...calls, completed('each', 'loop'))).toEqual(['each_other', 'both.left.call']);
  expect(paths(...calls, completed('both', 'parallel'))).toEqual([
    'each[0].call',
    'each_other',
    'each[1].both.right.call',
  ]);
});

it('the first request counts, and of many effects the first are named and all are counted', () => {
  const first = { type: 'cancel_requested', at, by: 'tok_1', reason: 'enough' } as const;
  const request = cancelRequestIn([begun('a'), first, { type: 'cancel_requested', at, by: 'tok_2' }]);
  expect(request).toBe(first);
  const many = Array.from({ length: LIMITS.inFlightNamed + 5 }, (_, index) => ({
    path: `each[${index}].call`,
    step_type: 'http',
  }));
  expect(cancelledEvent(first, at, many)).toEqual({
    type: 'cancelled',
    at,
    by: 'tok_1',
    reason: 'enough',
    in_flight: many.slice(0, LIMITS.inFlightNamed),
    in_flight_total: many.length,
  });
  expect(cancelledEvent({ type: 'cancel_requested', at }, at, [])).toEqual({ type: 'cancelled', at });
});
