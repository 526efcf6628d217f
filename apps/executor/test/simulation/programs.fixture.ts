import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { isExpected } from './expected-output.js';
import { Oracle, type Expected } from './oracle.js';
import { generateProgram, type SourceProgram } from './program-generator.js';
import { FIRST_SEED, scaled } from './steps.fixture.js';
import type { World } from './world.js';

/** A message that comes again and again without that anything happens. */
const MOST_DELIVERIES = 1_000;

/** Calls back with each of so many programs ({@link scaled}); what it throws says which one it was. */
export async function forEachProgram(count: number, test: (program: SourceProgram) => Promise<void>): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + scaled(count); seed++) {
    const program = generateProgram(seed);
    try {
      await test(program);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(
        `Seed ${seed} (MILLRACE_SIMULATION_SEED=${seed} MILLRACE_SIMULATION_PROGRAMS=1):\n${message}\n${JSON.stringify(program.document, null, 1)}\ninput ${JSON.stringify(program.input)}`,
        { cause: error },
      );
    }
  }
}

/** Delivers each message until all are acknowledged and no timer is left. */
export async function deliverAll(world: World): Promise<void> {
  for (let delivery = 1; delivery <= MOST_DELIVERIES; delivery++) {
    const message = world.nextMessage();
    if (message === null) return;
    const { process, ended } = world.startExecutor(message);
    let isOver = false;
    void ended.then(() => (isOver = true));
    await world.passTime(ended);
    if (process.alive && !isOver) throw new Error(`An executor hangs: ${JSON.stringify(world.events.slice(-5))}`);
  }
  throw new Error(`Messages come again and again: ${JSON.stringify(world.events.slice(0, 20))}`);
}

/** It did nothing that no executor may do, and ended once, as its document says. */
export function expectEndOf(program: SourceProgram, world: World): void {
  const { events, violations } = world;
  expect(violations).toEqual([]);
  expectOneResultEach(events);
  const [end, ...others] = events.filter(isEnd);
  expect(others).toEqual([]);
  const expected = new Oracle(program).expected();
  if (end?.type === 'completed') return expectOutput(end.output, expected);
  if (end?.type !== 'failed') throw new Error(`It has not ended: ${JSON.stringify(events.at(-1))}`);
  // With several failures at the same time chance decides which one counts.
  if (program.concurrent) return expect(expected.status).toBe('failed');
  expect({ status: 'failed', code: end.error.code, path: end.path }).toEqual(expected);
}

function expectOutput(output: unknown, expected: Expected): void {
  if (expected.status === 'completed' && isExpected(output, expected.output)) return;
  // The usual comparison has differences to read.
  expect({ status: 'completed', output }).toEqual(expected);
  throw new Error(`${JSON.stringify(output)} is not what was expected`);
}

/** Whether a step run has its result by this event. */
export function isResult(
  event: ExecutionEvent,
): event is Extract<ExecutionEvent, { type: 'step_completed' | 'step_failed' | 'step_skipped' }> {
  if (event.type === 'step_failed') return event.retry_at === undefined;
  return event.type === 'step_completed' || event.type === 'step_skipped';
}

/** No step run has two results. */
export function expectOneResultEach(events: readonly ExecutionEvent[]): void {
  const results = events.filter(isResult).map(({ path }) => path);
  expect(results).toHaveLength(new Set(results).size);
}
