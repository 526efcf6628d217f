import type { ExecutionEvent } from '@millrace/contracts';
import { deliverAll, expectEndOf, forEachProgram, isResult } from './programs.fixture.js';
import { expectOften, expectSteps } from './steps.fixture.js';
import { World } from './world.js';

jest.setTimeout(600_000);

describe('simulated executions that retry others', () => {
  it('end as those would have, and call only what has no result, wherever those were cancelled', async () => {
    let reused = 0;
    await forEachProgram(80, async (program) => {
      const whole = new World(program);
      await deliverAll(whole);
      for (let after = 1; after < whole.entries.length; after++) {
        const first = new World(program);
        first.onEntry = (count) => {
          if (count === after) first.cancel({ nudged: true });
        };
        await deliverAll(first);
        reused += await retry(
          first,
          () => new World(program),
          (world) => expectEndOf(program, world),
        );
      }
    });
    expectOften(reused, 1_000);
  });

  it('fail again of what they failed of, where that fails again, and also after a crash', async () => {
    let failed = 0;
    await forEachProgram(250, async (program) => {
      const first = new World(program);
      await deliverAll(first);
      if (first.events.at(-1)?.type !== 'failed') return;
      failed++;
      await retry(
        first,
        () => new World(program),
        (world) => expectEndOf(program, world),
      );
      const killed = () => {
        const world = new World(program);
        world.onEntry = (count) => {
          if (count === 3) world.killAll();
        };
        return world;
      };
      await retry(first, killed, (world) => expectEndOf(program, world));
    });
    expectOften(failed, 30);
  });
});

/** Retries an execution; returns how many step runs were taken over. */
async function retry(first: World, makeWorld: () => World, check: (world: World) => void): Promise<number> {
  const taken = takenOver(first.events);
  const world = makeWorld();
  world.beginWith(taken);
  await deliverAll(world);
  check(world);
  const known = new Set(taken.filter(isResult).map(({ path }) => path));
  expect(world.calls.filter(({ path }) => known.has(path))).toEqual([]);
  return known.size;
}

/** What history says that a retry takes over: docs/adr/0067-retry-and-replay.md. */
function takenOver(events: readonly ExecutionEvent[]): ExecutionEvent[] {
  const end = events.at(-1);
  const failedPath = end?.type === 'failed' ? end.path : undefined;
  const isAround = (path: string) =>
    failedPath !== undefined && (failedPath === path || failedPath.startsWith(`${path}.`) || failedPath.startsWith(`${path}[`)); // prettier-ignore
  return events.flatMap((event): ExecutionEvent[] => {
    if (event.type === 'step_started' && (event.step_type === 'loop' || event.step_type === 'parallel'))
      return [{ ...event, reused: true, as_of: event.at }];
    return isResult(event) && !isAround(event.path) ? [{ ...event, reused: true }] : [];
  });
}

expectSteps(43_000);
