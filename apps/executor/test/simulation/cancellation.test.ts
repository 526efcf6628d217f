import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { SeededRandom } from '@millrace/testing';
import { deliverAll, expectOneResultEach, forEachProgram, isResult } from './programs.fixture.js';
import { expectOften, expectSteps } from './steps.fixture.js';
import { World } from './world.js';

jest.setTimeout(600_000);

describe('simulated executions that are cancelled', () => {
  it('have one end, which is that, after whatever entry of the journal the request comes', async () => {
    const seen = { cancelled: 0, inFlight: 0, suspended: 0 };
    await forEachProgram(100, async (program) => {
      const whole = new World(program);
      await deliverAll(whole);
      for (let after = 0; after < whole.entries.length; after++)
        for (const nudged of [true, false]) {
          const world = new World(program);
          let accepted = after === 0 && world.cancel({ nudged });
          world.onEntry = (count) => {
            if (count !== after) return;
            if (world.events.at(-1)?.type === 'suspended') seen.suspended++;
            accepted = world.cancel({ nudged });
          };
          await deliverAll(world);
          check(world, accepted);
          expect(accepted).toBe(true);
          seen.cancelled++;
          seen.inFlight += inFlightOf(world.events).length;
        }
    });
    expect(seen.cancelled).toBeGreaterThan(0);
    expectOften(seen.inFlight, 100);
    expectOften(seen.suspended, 10);
  });

  it('are so too when the executor is killed before it gets it, or while it obeys', async () => {
    await forEachProgram(150, async (program) => {
      const whole = new World(program);
      await deliverAll(whole);
      for (let after = 1; after < whole.entries.length; after++)
        for (const later of [0, 1, 2]) {
          const world = new World(program);
          let accepted = false;
          world.onEntry = (count) => {
            if (count === after) accepted = world.cancel({ nudged: true });
            // The request is an entry too.
            if (count === after + later + 1) world.killAll();
          };
          await deliverAll(world);
          check(world, accepted);
        }
    });
  });

  it('name what a killed executor had called too, when the request comes after another one took over', async () => {
    await forEachProgram(150, async (program) => {
      const whole = new World(program);
      await deliverAll(whole);
      for (let after = 1; after < whole.entries.length; after++)
        for (const later of [1, 2]) {
          const world = new World(program);
          let accepted = false;
          world.after(Date.parse(whole.entries[after]?.[0]?.at ?? '') - Date.parse(whole.events[0]?.at ?? '') - 1, () =>
            world.killAll(),
          );
          world.onEntry = (count) => {
            if (world.isReplaced && count >= after + later && !accepted) accepted = world.cancel({ nudged: true });
          };
          await deliverAll(world);
          check(world, accepted);
        }
    });
  });

  it('end once, however the request, the steps, their end and a crash come together', async () => {
    const seen = { cancelled: 0, tooLate: 0 };
    for (let round = 0; round < 2; round++)
      await forEachProgram(500, async (program) => {
        const random = new SeededRandom(program.seed * 31 + round);
        const whole = new World(program);
        await deliverAll(whole);
        const world = new World(program);
        let accepted = false;
        // Half of them about when it ends.
        const at = random.chance(0.5) ? whole.elapsed - 8 + random.below(12) : random.below(whole.elapsed + 1);
        world.after(at, () => {
          accepted = world.cancel({ nudged: random.chance(0.7) });
        });
        if (random.chance(0.3)) world.after(random.below(whole.elapsed + 1), () => world.killAll());
        await deliverAll(world);
        check(world, accepted);
        seen[accepted ? 'cancelled' : 'tooLate']++;
      });
    expectOften(seen.cancelled, 300);
    expectOften(seen.tooLate, 30);
  });
});

function check(world: World, accepted: boolean): void {
  expect(world.violations).toEqual([]);
  const { events } = world;
  const ends = events.filter(isEnd);
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  if (accepted) expect(ends[0]?.type).toBe('cancelled');
  else expect(events.filter(({ type }) => type === 'cancelled' || type === 'cancel_requested')).toEqual([]);
  expectOneResultEach(events);
  if (accepted) expectInFlightNamed(world);
}

/** What was called and has no result is named, and nothing else. */
function expectInFlightNamed({ calls, events }: World): void {
  const named = inFlightOf(events);
  const open = calls.flatMap(({ path, attempt }) => {
    const last = ofStep(events, path).at(-1);
    return last?.type === 'step_started' && last.attempt === attempt ? [path] : [];
  });
  const ended = events.flatMap((event) => (isResult(event) ? [event.path] : []));
  const isGivenUp = (path: string) =>
    ended.some((outer) => path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`));
  expect(open.filter((path) => !named.includes(path) && !isGivenUp(path))).toEqual([]);
  expect(named.filter((path) => ofStep(events, path).at(-1)?.type !== 'step_started')).toEqual([]);
}

function inFlightOf(events: readonly ExecutionEvent[]): string[] {
  const end = events.at(-1);
  return end?.type === 'cancelled' ? (end.in_flight ?? []).map(({ path }) => path) : [];
}

function ofStep(events: readonly ExecutionEvent[], path: string): ExecutionEvent[] {
  return events.filter((event) => 'path' in event && event.path === path);
}

expectSteps(200_000);
