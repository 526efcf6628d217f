import type { ExecutionEvent } from '@millrace/contracts';
import { ReusedPage } from './reused-page.js';

const at = '2026-11-25T09:00:00.000Z';
const started: ExecutionEvent = {
  type: 'started',
  at,
  workflow_id: 'wf_1',
  version: 1,
  accepted_at: at,
  trigger: { type: 'api' },
  input: {},
  seed: 'seed',
  variables: { a: 1 },
};
const USAGE = { provider: 'p', model: 'm', input_tokens: 1, output_tokens: 1, finish_reason: 'stop' };
const of = { at, step_type: 'http', started_at: at, attempt: 1 };
const begin = (path: string, step_type = 'http'): ExecutionEvent => ({ type: 'step_started', at, path, step_type, attempt: 1 }); // prettier-ignore
const done = (path: string): ExecutionEvent => ({ type: 'step_completed', ...of, path, output: path, usage: USAGE }); // prettier-ignore
const failed = (path: string, retry_at?: string): ExecutionEvent => ({
  type: 'step_failed',
  ...of,
  path,
  error: { code: 'STEP_FAILED', message: 'no' },
  ...(retry_at === undefined ? {} : { retry_at }),
});

/** An execution that failed in the second iteration of a loop, with a failure before that was dealt with, and one step open. */
const events: ExecutionEvent[] = [
  started,
  begin('a'),
  failed('a', at),
  done('a'),
  failed('b'),
  begin('each', 'loop'),
  begin('each[0].x'),
  begin('each[1].x'),
  done('each[0].x'),
  { type: 'step_skipped', at, path: 'each[0].y', step_type: 'http' },
  failed('each[1].x'),
  failed('each'),
  { type: 'failed', at, error: { code: 'STEP_FAILED', message: 'no' }, path: 'each[1].x' },
];

function pageOf(reuse: object, { skip = 0, limit = Infinity } = {}) {
  const page = new ReusedPage({ execution_id: 'exec_1', ...reuse }, skip, limit);
  page.add({ events });
  return page.page();
}
const shown = (list: readonly ExecutionEvent[]) => list.map((one) => `${one.type} ${'path' in one ? one.path : ''}`);

it('has every result but those that the execution failed of, and the beginnings of loops', () => {
  const { events: taken, frozen, has_more } = pageOf({ failed_path: 'each[1].x' });
  expect(shown(taken)).toEqual([
    'step_completed a',
    'step_failed b',
    'step_started each',
    'step_completed each[0].x',
    'step_skipped each[0].y',
  ]);
  expect(taken.every((event) => 'reused' in event && event.reused)).toBe(true);
  expect(taken[2]).toMatchObject({ as_of: at });
  expect(taken[0]).not.toHaveProperty('usage');
  expect([frozen, has_more]).toEqual([{ seed: 'seed', variables: { a: 1 } }, false]);
});

it('does not take a step for another one whose id begins the same', () => {
  expect(shown(pageOf({ failed_path: 'each[1].xy' }).events)).toContain('step_failed each[1].x');
  expect(shown(pageOf({ failed_path: 'eachother' }).events)).toContain('step_failed each');
});

it('has the results of steps that are named, and nothing frozen', () => {
  const { events: taken, frozen } = pageOf({ steps: ['a', 'each'] });
  expect([shown(taken), frozen]).toEqual([['step_completed a', 'step_failed each'], undefined]);
});

it('goes on where the page before ended', () => {
  const pages: string[][] = [];
  for (let skip = 0; ;) {
    const { events: taken, has_more, frozen } = pageOf({ failed_path: 'each[1].x' }, { skip, limit: 300 });
    pages.push(shown(taken));
    expect(frozen === undefined).toBe(skip > 0);
    skip += taken.length;
    if (!has_more) break;
  }
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.flat()).toEqual(shown(pageOf({ failed_path: 'each[1].x' }).events));
});
