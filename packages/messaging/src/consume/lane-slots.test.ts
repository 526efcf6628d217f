import { divideSlots, isAnyWithout, slotsLeft, type LaneUse } from './lane-slots.js';

const idle: LaneUse = {
  listening: 0,
  fetching: 0,
  running: 0,
  backlog: 0,
  paused: false,
  kept: true,
  scanned: false,
  grantedAt: 0,
};
const lane = (use: Partial<LaneUse>): LaneUse => ({ ...idle, ...use });

test('a single lane listens with everything that is free', () => {
  expect(divideSlots(10, [lane({ running: 4, listening: 1 })])).toEqual([{ listen: 5, fetch: 0 }]);
  expect(divideSlots(10, [lane({ running: 10 })])).toEqual([{ listen: 0, fetch: 0 }]);
});

test('idle lanes listen with one slot each and hold nothing more', () => {
  expect(divideSlots(10, [idle, idle, idle])).toEqual([
    { listen: 1, fetch: 0 },
    { listen: 1, fetch: 0 },
    { listen: 1, fetch: 0 },
  ]);
});

test('a busy lane gets what idle lanes do not need, but never their slot', () => {
  const busy = lane({ running: 1, backlog: 1_000 });
  expect(divideSlots(10, [busy, idle, idle])[0]).toEqual({ listen: 0, fetch: 7 });
  expect(divideSlots(10, [lane({ running: 8, backlog: 1_000 }), idle, idle])[0]).toEqual({ listen: 0, fetch: 0 });
});

test('a lane whose slots all run listens with another one while there is one', () => {
  expect(divideSlots(3, [lane({ running: 1 }), lane({ listening: 1 })])[0]).toEqual({ listen: 1, fetch: 0 });
  expect(divideSlots(2, [lane({ running: 1 }), lane({ listening: 1 })])[0]).toEqual({ listen: 0, fetch: 0 });
});

test('a freed slot goes to the busy lane with the fewest', () => {
  const lanes = [lane({ running: 6, backlog: 500 }), lane({ running: 2, backlog: 3 }), lane({ listening: 1 })];
  expect(divideSlots(10, lanes)).toEqual([
    { listen: 0, fetch: 0 },
    { listen: 0, fetch: 1 },
    { listen: 0, fetch: 0 },
  ]);
});

test('no more is fetched than waits, and not while a fetch is under way', () => {
  expect(divideSlots(20, [lane({ running: 1, backlog: 2 }), idle])[0]).toEqual({ listen: 0, fetch: 2 });
  expect(divideSlots(20, [lane({ running: 1, backlog: 2, listening: 1 }), idle])[0]).toEqual({ listen: 0, fetch: 1 });
  expect(divideSlots(20, [lane({ running: 1, backlog: 900, fetching: 3 }), idle])[0]).toEqual({ listen: 0, fetch: 0 });
});

test('a lane that is paused gets nothing, and what is kept for it stays free', () => {
  expect(divideSlots(10, [lane({ paused: true, running: 4, backlog: 50 })])).toEqual([{ listen: 0, fetch: 0 }]);
  expect(divideSlots(4, [lane({ paused: true, backlog: 50 }), lane({ running: 1, backlog: 50 })])).toEqual([
    { listen: 0, fetch: 0 },
    { listen: 0, fetch: 2 },
  ]);
});

test('what is left to a lane are the slots that neither run nor are kept for others', () => {
  const lanes = [lane({ running: 3, listening: 2 }), lane({ running: 4 }), idle];
  expect(lanes.map((one) => slotsLeft(10, lanes, one))).toEqual([2, 2, 3]);
});

test('whatever the lanes do, no more slots are used than there are', () => {
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 5_000; round++) {
    const concurrency = 4 + random(30);
    const lanes: LaneUse[] = [];
    let left = concurrency;
    for (let index = 0; index < 4; index++) {
      // Each lane that is still to come may have to get its one slot.
      const use = random(Math.max(1, left - (3 - index) + 1));
      const running = random(use + 1);
      const listening = random(use - running + 1);
      lanes.push({
        running,
        listening,
        fetching: use - running - listening,
        backlog: random(3) === 0 ? 0 : random(100),
        paused: false,
        kept: true,
        scanned: false,
        grantedAt: 0,
      });
      left -= Math.max(1, use);
    }
    for (let own = random(3); own > 0; own--) {
      const running = random(left + 1);
      lanes.push(lane({ running, backlog: random(100), kept: false }));
      left -= running;
    }
    const grants = divideSlots(concurrency, lanes);
    const used = lanes.map(
      (one, index) =>
        one.running + one.listening + one.fetching + (grants[index]?.listen ?? 0) + (grants[index]?.fetch ?? 0),
    );
    expect(used.reduce((sum, slots) => sum + slots, 0)).toBeLessThanOrEqual(concurrency);
    expect(Math.min(...used.slice(0, 4))).toBeGreaterThanOrEqual(1);
  }
});

test('a lane of one organisation has no slot kept for it: many of them leave slots to the others', () => {
  const own = lane({ kept: false });
  expect(divideSlots(4, [idle, idle, own, own, own]).map(({ listen }) => listen)).toEqual([1, 1, 1, 1, 0]);
  expect(divideSlots(2, [idle, idle, own]).map(({ listen }) => listen)).toEqual([1, 1, 0]);
  const lanes = [lane({ running: 1 }), idle, own, own];
  expect(slotsLeft(4, lanes, idle)).toBe(slotsLeft(4, lanes.slice(0, 2), idle));
});

test('an own lane that waits gets a slot before shared ones get another', () => {
  const lanes = [lane({ running: 5, backlog: 900 }), lane({ kept: false, backlog: 900 })];
  expect(divideSlots(6, lanes)).toEqual([
    { listen: 0, fetch: 0 },
    { listen: 0, fetch: 1 },
  ]);
});

test('a lane of many that is only looked through leaves half of what is free to the others', () => {
  const looked = lane({ running: 10, backlog: 900, kept: false, scanned: true });
  expect(divideSlots(20, [idle, looked])).toEqual([
    { listen: 1, fetch: 0 },
    { listen: 0, fetch: 5 },
  ]);
  expect(divideSlots(20, [idle, { ...looked, scanned: false }])[1]).toEqual({ listen: 0, fetch: 9 });
});

test('lanes without a kept slot that are more than are free take turns: the next is the one that has waited for longest', () => {
  const kept = lane({ listening: 1 });
  const lanes = [kept, lane({ kept: false, grantedAt: 20 }), lane({ kept: false, grantedAt: 10 })];
  const grants = divideSlots(2, lanes);
  expect(grants.map(({ listen }) => listen)).toEqual([0, 0, 1]);
  expect(isAnyWithout(lanes, grants)).toBe(true);
  expect(isAnyWithout(lanes, divideSlots(3, lanes))).toBe(false);
  const paused = [kept, lane({ kept: false, paused: true })];
  expect(isAnyWithout(paused, divideSlots(2, paused))).toBe(false);
});
