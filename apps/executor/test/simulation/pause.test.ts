import { isAside, isEnd, type ExecutionEvent } from '@millrace/contracts';
import { SeededRandom } from '@millrace/testing';
import type { SourceProgram } from './program-generator.js';
import { deliverAll, expectEndOf, forEachProgram } from './programs.fixture.js';
import { expectOften, expectSteps } from './steps.fixture.js';
import { World } from './world.js';

jest.setTimeout(600_000);

describe('simulated executions that are paused', () => {
  it('wait without a timer, begin nothing meanwhile, and end as they would have when they go on', async () => {
    const seen = { paused: 0, suspended: 0 };
    await forEachProgram(60, async (program) => {
      const whole = new World(program);
      await deliverAll(whole);
      for (let after = 1; after < whole.entries.length; after++)
        for (const nudged of [true, false]) {
          const world = new World(program);
          let isTold = false;
          world.onEntry = (count) => {
            if (count !== after) return;
            isTold = world.tell('paused', { nudged });
          };
          await deliverAll(world);
          expect(isTold).toBe(true);
          seen.paused++;
          if (!world.events.some(isEnd)) {
            seen.suspended++;
            expect(world.journal.suspension).toEqual({});
            world.tell('unpaused', { nudged });
            await deliverAll(world);
          }
          check(program, world);
        }
    });
    expect(seen.paused).toBeGreaterThan(0);
    expectOften(seen.suspended, 100);
  });

  it('never stay asleep, however pauses, wake-ups, timers and crashes come together', async () => {
    const seen = { voided: 0, woken: 0 };
    for (let round = 0; round < 3; round++)
      await forEachProgram(350, async (program) => {
        const random = new SeededRandom(program.seed * 37 + round);
        const whole = new World(program);
        await deliverAll(whole);
        const world = new World(program);
        for (let times = 1 + random.below(3); times > 0; times--) {
          const at = random.below(whole.elapsed + 1);
          world.after(at, () => void world.tell('paused', { nudged: random.chance(0.7) }));
          // Often about when it is being suspended.
          const length = random.chance(0.6) ? random.below(12) : random.below(whole.elapsed + 200);
          world.after(at + length, () => void world.tell('unpaused', { nudged: random.chance(0.7) }));
        }
        if (random.chance(0.3)) world.after(random.below(whole.elapsed + 1), () => world.killAll());
        await deliverAll(world);
        // The last that was asked is what holds; nothing passes time by itself until somebody asks again.
        for (let asked = 0; asked < 4 && !world.events.some(isEnd); asked++) {
          expect(world.events.findLast(isPauseOrResume)?.type).toBe('paused');
          world.tell('unpaused', { nudged: true });
          await deliverAll(world);
          seen.woken++;
        }
        check(program, world);
        seen.voided += Number(isVoided(world.events));
      });
    expectOften(seen.voided, 20);
    expectOften(seen.woken, 20);
  });
});

function check(program: SourceProgram, world: World): void {
  expectEndOf(program, world);
  expectNothingAfterSuspension(world.events);
  expectNothingBegun(world.entries);
}

function isPauseOrResume({ type }: ExecutionEvent): boolean {
  return type === 'paused' || type === 'unpaused';
}

/** It was paused and went on without that it was suspended. */
function isVoided(events: readonly ExecutionEvent[]): boolean {
  return events.some((event, place) => {
    const before = events.slice(0, place).findLast((one) => !isAside(one));
    return event.type === 'unpaused' && before?.type !== 'suspended';
  });
}

/** While it is paused no step begins, but for what its run had recorded before it knew: that of one entry on its way, and of one behind it. */
function expectNothingBegun(entries: readonly ExecutionEvent[][]): void {
  let sincePause = -Infinity;
  for (const entry of entries) {
    const pause = entry.findLast(isPauseOrResume);
    if (pause !== undefined) {
      if (pause.type === 'unpaused') sincePause = -Infinity;
      else if (sincePause === -Infinity) sincePause = 0;
    } else if (!entry.every(isAside) && ++sincePause > 2)
      expect(entry.filter(({ type }) => type === 'step_started')).toEqual([]);
  }
}

/** From a suspension on nothing is recorded but what others write, until it is woken. */
function expectNothingAfterSuspension(events: readonly ExecutionEvent[]): void {
  let isSuspended = false;
  for (const event of events) {
    if (event.type === 'suspended') isSuspended = true;
    else if (event.type === 'woken') isSuspended = false;
    else if (isSuspended) expect(isAside(event)).toBe(true);
  }
}

expectSteps(110_000);
