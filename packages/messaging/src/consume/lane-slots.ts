/** What a lane has of the slots. */
export interface LaneUse {
  /** Slots of pulls that wait for messages. */
  readonly listening: number;
  /** Slots of pulls that take what is there now. */
  readonly fetching: number;
  /** Slots of running handlers. */
  readonly running: number;
  /** Messages known to wait on the server. */
  readonly backlog: number;
  /** Nothing is to be pulled for the moment. */
  readonly paused: boolean;
  /** Whether a slot is kept for it: many share it, and a message of one that has none is to begin at once. */
  readonly kept: boolean;
  /** Enough of one key in it waits already: what is pulled is looked through for others. */
  readonly scanned: boolean;
  /** When it last got a slot, in milliseconds. */
  readonly grantedAt: number;
}

/** Slots to pull for one lane now. */
export interface Grant {
  listen: number;
  fetch: number;
}

/**
 * Divides `concurrency` slots among lanes. A slot is either running a message or asked for by a pull, so that what is pulled finds one, unless
 * something that had to wait has begun in it.
 *
 * - A kept lane without any slot always gets one, kept back for it: a message on an idle lane starts at once, whatever the
 *   others have queued. Lanes of single organisations, and that of bursts, are not kept, so that many of them leave slots for everybody.
 * - A lane whose slots all run gets one more to listen with, if there is a free one, lanes with the fewest slots first, and of these the one that has had none for longest.
 * - What is left goes, one at a time, to the lane with the fewest slots among those with a backlog: busy lanes share equally.
 *
 * A lane without a kept slot that is only looked through leaves half of what is free to the others: they would wait for each look.
 *
 * With a single lane everything listens. A lane that is paused keeps its slot and gets none.
 */
export function divideSlots(concurrency: number, lanes: readonly LaneUse[]): Grant[] {
  const grants = lanes.map((): Grant => ({ listen: 0, fetch: 0 }));
  const used = lanes.map((lane) => lane.listening + lane.fetching + lane.running);
  let free = concurrency;
  lanes.forEach((lane, index) => (free -= atLeastKept(lane, used[index] as number)));

  const take = (lane: number, kind: keyof Grant, cost: number) => {
    (grants[lane] as Grant)[kind]++;
    used[lane] = (used[lane] as number) + 1;
    free -= cost;
  };
  for (let lane = 0; lane < lanes.length; lane++) {
    if (used[lane] === 0 && lanes[lane]?.kept && !isPaused(lanes, lane)) take(lane, 'listen', 0);
  }
  if (lanes.length === 1) {
    while (free > 0 && !isPaused(lanes, 0)) take(0, 'listen', 1);
    return grants;
  }
  const byUse = lanes
    .map((_, lane) => lane)
    .filter((lane) => !isPaused(lanes, lane))
    .sort((a, b) => (used[a] as number) - (used[b] as number) || grantedAt(lanes, a) - grantedAt(lanes, b));
  for (const lane of byUse) {
    const { listening, backlog } = lanes[lane] as LaneUse;
    if (free > 0 && listening === 0 && backlog === 0 && grants[lane]?.listen === 0) take(lane, 'listen', 1);
  }
  const half = Math.floor(free / 2);
  while (free > 0) {
    let poorest = -1;
    for (let lane = 0; lane < lanes.length; lane++) {
      const { fetching, listening, backlog, kept, scanned } = lanes[lane] as LaneUse;
      if (scanned && !kept && free <= half) continue;
      const asked = listening + fetching + (grants[lane] as Grant).listen + (grants[lane] as Grant).fetch;
      // One fetch at a time for a lane: its reply says whether there is more.
      if (fetching > 0 || backlog <= asked || isPaused(lanes, lane)) continue;
      if (poorest === -1 || (used[lane] as number) < (used[poorest] as number)) poorest = lane;
    }
    if (poorest === -1) break;
    take(poorest, 'fetch', 1);
  }
  return grants;
}

/** Whether a lane that may be pulled from is left without a slot: then the others take turns with it. */
export function isAnyWithout(lanes: readonly LaneUse[], grants: readonly Grant[]): boolean {
  return lanes.some(({ listening, fetching, running, paused }, lane) => {
    const { listen, fetch } = grants[lane] as Grant;
    return !paused && listening + fetching + running + listen + fetch === 0;
  });
}

/**
 * Slots in which messages of a lane could still begin: all but those that run and those kept back for other lanes. What
 * only waits for messages counts as free: where there are as many lanes as slots, pulls hold all of them and may wait for ever, while
 * what was pulled before waits here.
 */
export function slotsLeft(concurrency: number, lanes: readonly LaneUse[], lane: LaneUse): number {
  let left = concurrency;
  for (const other of lanes) left -= other === lane ? other.running : atLeastKept(other, other.running);
  return left;
}

/** What a lane takes of the slots: what it has, or the slot that is kept for it. */
function atLeastKept({ kept }: LaneUse, slots: number): number {
  return kept ? Math.max(1, slots) : slots;
}

function isPaused(lanes: readonly LaneUse[], lane: number): boolean {
  return lanes[lane]?.paused === true;
}

function grantedAt(lanes: readonly LaneUse[], lane: number): number {
  return lanes[lane]?.grantedAt ?? 0;
}
