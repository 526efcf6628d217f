import { LIMITS, type ExecutionEvent, type StepRun } from '@millrace/contracts';
import fc from 'fast-check';
import { foldExecution } from '../executions/fold.js';
import { StepPage, type StepPageQuery } from './step-page.js';

const at = (milliseconds: number) => new Date(Date.UTC(2026, 0, 1) + milliseconds).toISOString();

const STARTED: ExecutionEvent = {
  type: 'started',
  at: at(0),
  workflow_id: 'wf_1',
  version: 1,
  accepted_at: at(0),
  trigger: { type: 'api' },
};
const completed = (path: string, from: number, output: unknown = path): ExecutionEvent => ({
  type: 'step_completed',
  at: at(from + 1),
  path,
  step_type: 'http',
  started_at: at(from),
  attempt: 1,
  output,
});
const started = (path: string, from: number): ExecutionEvent => ({
  type: 'step_started',
  at: at(from),
  path,
  step_type: 'http',
  attempt: 1,
});
const failed = (path: string, from: number): ExecutionEvent => ({
  type: 'step_failed',
  at: at(from + 1),
  path,
  step_type: 'http',
  started_at: at(from),
  attempt: 1,
  error: { code: 'STEP_FAILED', message: path },
});
const END: ExecutionEvent = { type: 'failed', at: at(9_999), error: { code: 'STEP_FAILED', message: 'end' } };

function onePage(events: readonly ExecutionEvent[], query: Partial<StepPageQuery>) {
  const page = new StepPage('exec_1', { limit: 20, ...query });
  // One event an entry, as far as it takes more.
  events.every((event) => page.add({ events: [event] }));
  return page.page();
}

function allPages(events: readonly ExecutionEvent[], query: Partial<StepPageQuery>): StepRun[] {
  const all: StepRun[] = [];
  for (let starting_after: string | undefined; ;) {
    const { steps, next_cursor, has_more } = onePage(events, { ...query, starting_after });
    all.push(...steps);
    expect(has_more).toBe(next_cursor !== null);
    if (next_cursor === null) return all;
    starting_after = next_cursor;
  }
}

const pathsOf = (steps: readonly StepRun[]) => steps.map(({ path }) => path);

describe('pages of step runs', () => {
  it('together are what the execution shows, in its order, whatever their size', () => {
    const path = fc.constantFrom('a', 'b', 'each', 'each[0].x', 'each[1].x', 'each[1].y', 'both.left.z', 'both[1].z');
    const event = fc
      .tuple(path, fc.nat(5), fc.constantFrom(started, completed, failed))
      .map(([where, when, make]) => make(where, when));
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (steps, limit, ends) => {
          const events = [STARTED, ...steps, ...(ends ? [END] : [])];
          const shown = foldExecution('exec_1', events)?.steps ?? [];
          expect(allPages(events, { limit })).toEqual(shown);
          const bad = shown.filter(({ status }) => status === 'failed' || status === 'running');
          expect(allPages(events, { limit, statuses: ['failed', 'running'] })).toEqual(bad);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of a loop are by iteration, also when a later one began first, and begin where they are asked to', () => {
    const events = [
      completed('each[2].x', 1),
      completed('each[10].x', 2),
      completed('each[0].x', 3),
      completed('each[0].inner[0].x', 4),
      completed('each[0].y', 5),
      completed('each', 0),
      completed('other[0].x', 6),
    ];
    const children = ['each[0].x', 'each[0].y', 'each[2].x', 'each[10].x'];
    expect(pathsOf(allPages(events, { parent: 'each', limit: 1 }))).toEqual(children);
    expect(pathsOf(allPages(events, { parent: 'each', from_index: 2 }))).toEqual(children.slice(2));
    expect(pathsOf(allPages(events, { parent: 'each[0].inner' }))).toEqual(['each[0].inner[0].x']);
    expect(allPages(events, { parent: 'eac' })).toEqual([]);
  });

  it('of a parallel are those of its branches, with and without names', () => {
    const events = [completed('both.left.x', 2), completed('both[1].y', 1), completed('both.left.deep[0].z', 1)];
    expect(pathsOf(allPages(events, { parent: 'both' }))).toEqual(['both.left.x', 'both[1].y']);
  });

  it('holds no more than a page, and no more of outputs than one answer may have', () => {
    const large = 'x'.repeat(LIMITS.answerValueBytes - 100);
    const events = Array.from({ length: 10_000 }, (_, index) =>
      completed(`each[${9_999 - index}].x`, index, index % 50 === 0 ? large : index),
    );
    const page = new StepPage('exec_1', { limit: 100, parent: 'each' });
    for (const event of events) {
      page.add({ events: [event] });
      const { runs, open, outputBytes } = page.held;
      expect([runs <= 101, open, outputBytes <= LIMITS.answerBytes]).toEqual([true, 0, true]);
    }
    const first = page.page();
    expect(pathsOf(first.steps)).toEqual(Array.from({ length: 100 }, (_, index) => `each[${index}].x`));
    const heavy = Array.from({ length: 30 }, (_, index) => completed(`each[${index}].x`, index, large));
    const { steps } = onePage(heavy, { parent: 'each', limit: 30 });
    expect(steps.filter((step) => step.output_ref === undefined).length).toBe(16);
    expect(steps.at(-1)?.output_ref?.href).toBe('/v1/executions/exec_1/steps/each%5B29%5D.x/output');
  });
});
