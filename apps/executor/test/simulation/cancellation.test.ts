import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { generateProgram, type SourceProgram } from './program-generator.js';
import { Random } from './random.js';
import { World } from './world.js';

/** More programs, or one that failed: MILLRACE_SIMULATION_PROGRAMS=100000, MILLRACE_SIMULATION_SEED=123. */
const PROGRAMS = Number(process.env['MILLRACE_SIMULATION_PROGRAMS'] ?? 500);
const FIRST_SEED = Number(process.env['MILLRACE_SIMULATION_SEED'] ?? 1);
/** A message that comes again and again without that anything happens. */
const MOST_DELIVERIES = 1_000;

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
    if (PROGRAMS >= 100) {
      expect(seen.inFlight).toBeGreaterThan(100);
      expect(seen.suspended).toBeGreaterThan(10);
    }
  });

  it('are so too when the executor is killed before it hears of it, or while it obeys', async () => {
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
        const random = new Random(program.seed * 31 + round);
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
    if (PROGRAMS >= 500) {
      expect(seen.cancelled).toBeGreaterThan(300);
      expect(seen.tooLate).toBeGreaterThan(30);
    }
  });
});

async function forEachProgram(most: number, test: (program: SourceProgram) => Promise<void>): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + Math.min(PROGRAMS, most); seed++) {
    try {
      await test(generateProgram(seed));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`Seed ${seed} (MILLRACE_SIMULATION_SEED=${seed} MILLRACE_SIMULATION_PROGRAMS=1):\n${message}`, {
        cause: error,
      });
    }
  }
}

/** Delivers each message until all are acknowledged and no timer is left. */
async function deliverAll(world: World): Promise<void> {
  for (let delivery = 1; delivery <= MOST_DELIVERIES; delivery++) {
    const message = world.nextMessage();
    if (message === null) return;
    await world.passTime(world.startExecutor(message).ended);
  }
  throw new Error(`Messages come again and again: ${JSON.stringify(world.events.slice(0, 20))}`);
}

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

function isResult(event: ExecutionEvent): event is Extract<ExecutionEvent, { type: 'step_completed' | 'step_failed' }> {
  return event.type === 'step_completed' || (event.type === 'step_failed' && event.retry_at === undefined);
}

function expectOneResultEach(events: readonly ExecutionEvent[]): void {
  const results = events.filter(isResult).map(({ path }) => path);
  expect(results).toHaveLength(new Set(results).size);
}
