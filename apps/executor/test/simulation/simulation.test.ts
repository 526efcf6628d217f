import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { WrongSequenceError } from '@millrace/messaging';
import { SeededRandom } from '@millrace/testing';
import { eventWeight } from '../../src/engine/holdings.js';
import { Oracle } from './oracle.js';
import type { SourceProgram } from './program-generator.js';
import { expectEndOf, expectOneResultEach, forEachProgram } from './programs.fixture.js';
import { expectOften, expectSteps } from './steps.fixture.js';
import { World } from './world.js';

jest.setTimeout(600_000);

describe('simulated executions', () => {
  it('end as the workflow says, whatever entry of the journal a crash follows', async () => {
    const seen = { crashes: 0, completed: 0, failed: 0, steps: 0, suspended: 0, children: 0 };
    await forEachProgram(2_000, async (program) => {
      seen[new Oracle(program).expected().status]++;
      const whole = new World(program);
      await runToEnd(whole);
      check(program, whole);
      seen.steps += whole.events.length;
      if (whole.events.some((event) => event.type === 'suspended')) seen.suspended++;
      if (whole.events.some((event) => event.type === 'child_ended')) seen.children++;
      for (let crashAfter = 1; crashAfter < whole.entries.length; crashAfter++) {
        const world = new World(program);
        await crashAt(world, crashAfter);
        await runToEnd(world);
        check(program, world);
        checkRepetitions(world);
        seen.crashes++;
      }
    });
    expectOften(seen.completed, 500);
    expectOften(seen.failed, 200);
    expectOften(seen.crashes, 4_000);
    expectOften(seen.suspended, 200);
    expectOften(seen.children, 200);
  });

  it('are woken whatever comes between their suspension and its acknowledgement', async () => {
    let timers = 0;
    await forEachProgram(300, async (program) => {
      const whole = new World(program);
      await runToEnd(whole);
      const suspensions = whole.events.filter((event) => event.type === 'suspended').length;
      for (let number = 1; number <= suspensions; number++) {
        const world = new World(program);
        await crashAtTimer(world, number);
        await runToEnd(world);
        check(program, world);
        // No step is evaluated again for having waited: all that ran has its one result, and all that waited began to once.
        expectOneWaitEach(world.events);
        timers++;
      }
    });
    expectOften(timers, 30);
  });

  it('go on from what is recorded when entries of their journal have aged out, be it all of them', async () => {
    const seen = { whole: 0, part: 0 };
    await forEachProgram(80, async (program) => {
      const random = new SeededRandom(program.seed);
      const whole = new World(program);
      await runToEnd(whole, () => age(whole, random, seen));
      check(program, whole);
      for (let crashAfter = 2; crashAfter < whole.entries.length; crashAfter++) {
        const world = new World(program);
        await crashAt(world, crashAfter, () => age(world, random, seen));
        await runToEnd(world, () => age(world, random, seen));
        check(program, world);
        checkRepetitions(world);
      }
    });
    expectOften(Math.min(seen.whole, seen.part), 30);
  });

  it('survive a second crash during the first recovery', async () => {
    await forEachProgram(200, async (program) => {
      const world = new World(program);
      await crashAt(world, 1);
      await crashAt(world, world.entries.length + 2);
      await crashAt(world, world.entries.length + 1);
      await runToEnd(world);
      check(program, world);
    });
  });

  it('are not changed by an executor that was paused and replaced', async () => {
    let fenced = 0;
    await forEachProgram(200, async (program) => {
      const world = new World(program);
      const zombie = deliver(world);
      world.onEntry = (count) => (zombie.process.paused = count === 2);
      await world.passTime(zombie.ended);
      if (!zombie.process.paused) return;
      world.onEntry = (count) => {
        // It wakes up in the middle of its successor's work.
        if (count === 4) zombie.process.paused = false;
      };
      await runToEnd(world);
      zombie.process.paused = false;
      await world.passTime(zombie.ended);
      const outcome = await zombie.ended;
      if (outcome instanceof WrongSequenceError) fenced++;
      check(program, world);
    });
    expectOften(fenced, 10);
  });

  it('fail for what they hold at the same place, whatever entry of the journal a crash follows', async () => {
    let refused = 0;
    await forEachProgram(200, async (program) => {
      const unbounded = new World(program);
      await runToEnd(unbounded);
      const limit = Math.floor(recordedBytes(unbounded) * 0.6);
      const whole = new World(program, limit);
      await runToEnd(whole);
      const verdict = verdictOf(whole, program.concurrent);
      if (verdict.code !== 'EXECUTION_TOO_LARGE') return;
      refused++;
      for (let crashAfter = 1; crashAfter < whole.entries.length; crashAfter++) {
        const world = new World(program, limit);
        await crashAt(world, crashAfter);
        await runToEnd(world);
        expect(verdictOf(world, program.concurrent)).toEqual(verdict);
        expect(recordedBytes(world)).toBeLessThanOrEqual(limit);
        expect(world.violations).toEqual([]);
        expectOneResultEach(world.events);
      }
    });
    expectOften(refused, 50);
  });

  it('leave byte for byte the same journal for the same seed', async () => {
    await forEachProgram(200, async (program) => {
      const [first, second] = [new World(program), new World(program)];
      await runToEnd(first);
      await runToEnd(second);
      expect(JSON.stringify(second.entries)).toBe(JSON.stringify(first.entries));
    });
  });
});

/** What the recorded events hold. */
function recordedBytes(world: World): number {
  return world.events.reduce((sum, event) => sum + (eventWeight(event)?.bytes ?? 0), 0);
}

/** How an execution ended. Where steps run beside each other, chance decides which one is the first that does not fit. */
function verdictOf(
  world: World,
  concurrent: boolean,
): { code: string | null; path?: string | undefined; reached?: unknown } {
  const end = world.events.at(-1);
  if (end?.type !== 'failed') return { code: null };
  const { code } = end.error;
  return concurrent ? { code } : { code, path: end.path, reached: end.error.details?.['reached_bytes'] };
}

async function runToEnd(world: World, before: () => void = () => undefined): Promise<void> {
  while (!world.events.some(isEnd)) {
    before();
    const { ended } = deliver(world);
    await world.passTime(ended);
    const end = await Promise.race([
      ended,
      Promise.resolve(new Error('nothing is left to do, but the run has not ended')),
    ]);
    if (end instanceof Error) throw end;
  }
}

/** Some of its entries age out. Not all of one that nothing has woken yet: its message would be seven days old. */
function age(world: World, random: SeededRandom, seen: { whole: number; part: number }): void {
  const count = world.entries.length;
  const mayGo = world.nextMessage() === 0 ? count - 1 : count;
  const dropped = random.chance(0.5) ? mayGo : random.below(mayGo + 1);
  world.dropEntries(dropped);
  if (dropped > 0) seen[dropped === count ? 'whole' : 'part']++;
}

function deliver(world: World): ReturnType<World['startExecutor']> {
  const generation = world.nextMessage();
  if (generation === null) throw new Error('the execution has not ended, and nothing will ever wake it');
  return world.startExecutor(generation);
}

/** Kills the executor as soon as so many entries are durable, before the last one is confirmed to it. */
async function crashAt(world: World, entries: number, before?: () => void): Promise<void> {
  const plan = (crash: () => void): void => {
    world.onEntry = (count) => {
      if (count >= entries) crash();
    };
  };
  await crashOnce(world, plan, before);
}

/** Kills the executor that sets the timer of that number, from 1, before it is confirmed that the timer is set. */
async function crashAtTimer(world: World, number: number): Promise<void> {
  let timers = 0;
  await crashOnce(world, (crash) => {
    world.onTimer = () => {
      if (++timers === number) crash();
    };
  });
}

async function crashOnce(
  world: World,
  plan: (crash: () => void) => void,
  before: () => void = () => undefined,
): Promise<void> {
  let crashed = false;
  let executor: ReturnType<World['startExecutor']> | undefined;
  plan(() => {
    if (executor !== undefined) executor.process.alive = false;
    crashed = true;
  });
  while (!crashed && !world.events.some(isEnd)) {
    before();
    executor = deliver(world);
    await world.passTime(executor.ended);
  }
  world.onEntry = () => undefined;
  world.onTimer = () => undefined;
}

function check(program: SourceProgram, world: World): void {
  expectEndOf(program, world);
  expect(world.events.at(-1)).toBe(world.events.find(isEnd));
  expect(world.forgottenChildren).toEqual([]);
}

function expectOneWaitEach(events: readonly ExecutionEvent[]): void {
  const waits = events.flatMap((event) => (event.type === 'step_waiting' ? [`${event.path} ${event.attempt}`] : []));
  expect(waits).toHaveLength(new Set(waits).size);
}

/** A call is made again only when the crash took its result, and always under the same key. */
function checkRepetitions(world: World): void {
  const { calls, events } = world;
  expect(calls.filter((call) => call.key !== `exec_1:${call.path}`)).toEqual([]);
  for (const path of new Set(calls.map((call) => call.path))) {
    const ofStep = events.filter((event) => 'path' in event && event.path === path);
    const made = calls.filter((call) => call.key === `exec_1:${path}`).length;
    const intents = ofStep.filter((event) => event.type === 'step_started').length;
    // One for each recorded attempt, one whose result the crash took, and one that was aborted when its loop failed.
    const attempts = ofStep.filter((event) => event.type === 'step_completed' || event.type === 'step_failed');
    const aborted = attempts.some((event) => !('retry_at' in event)) ? 0 : 1;
    const most = Math.min(intents, attempts.length + 1 + aborted);
    if (made > most) throw new Error(`${path} was called ${made} times, where ${most} can be explained`);
  }
}

expectSteps(490_000);
