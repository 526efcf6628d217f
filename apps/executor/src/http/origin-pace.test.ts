import { LIMITS } from '@millrace/contracts';
import { OriginTurns } from './origin-turns.js';

const SHARE = 4;
const MOST = 20;
const QUICK_MS = LIMITS.originQuickMs;
const ASKING = { organisationId: 'org_1', executionId: 'exec', id: 'call' };

let now: number;
let turns: OriginTurns;
let waiting: Set<string>;
/** By id, how to end the call. */
let underWay: Map<string, () => void>;
/** Calls whose intents are being recorded; null where that takes no time. */
let intents: (() => void)[] | null;
let count: number;
beforeEach(() => {
  now = 1_000_000;
  turns = new OriginTurns({ share: SHARE, most: MOST }, { now: () => now, after: () => () => undefined });
  waiting = new Set();
  underWay = new Map();
  intents = null;
  count = 0;
});

/** Calls, now or once it is its turn. */
function call(id: string): void {
  const turn = turns.at('https://service.example/orders');
  const asked = turn?.ask({ ...ASKING, executionId: id, id });
  if (turn === undefined || asked === undefined) throw new Error('The address is none');
  waiting.delete(id);
  if ('leave' in asked) {
    if (intents === null) turn.begin();
    else intents.push(() => turn.begin());
    underWay.set(id, asked.leave);
  } else {
    waiting.add(id);
    asked.call = () => call(id);
  }
}

/** So many executions call at once. */
function burst(size: number): void {
  for (let more = 0; more < size; more++) call(`exec_${count++}`);
}

/** The service responds to these of the calls, by default to all. */
function respond(ids: Iterable<string> = [...underWay.keys()]): void {
  for (const id of ids) {
    const leave = underWay.get(id);
    underWay.delete(id);
    leave?.();
  }
}

/** Lets so many call it at once, again and again, each of them quickly. */
function learn(size: number): void {
  for (let round = 0; round < 2 * MOST; round++) {
    burst(size);
    while (underWay.size > 0) respond();
  }
}

describe('a service that nothing is known of', () => {
  it('is called by no more than the share, until it has responded', () => {
    burst(MOST);
    expect([underWay.size, waiting.size]).toEqual([SHARE, MOST - SHARE]);
    now += QUICK_MS;
    respond([...underWay.keys()].slice(0, 1));
    expect(underWay.size).toBe(SHARE + 1);
  });
});

describe('a service that is quick', () => {
  it('is called by all at once, once that has been wanted of it', () => {
    learn(MOST);
    for (let round = 0; round * QUICK_MS <= 2 * LIMITS.originWindowKeptMs; round++) {
      burst(MOST);
      expect(waiting.size).toBe(0);
      now += QUICK_MS;
      respond();
    }
  });

  it('is called by no more at once than was wanted of it, or than may ever be', () => {
    learn(SHARE + 1);
    burst(MOST);
    expect(underWay.size).toBe(SHARE + 1);
    while (underWay.size > 0) respond();
    learn(2 * MOST);
    burst(2 * MOST);
    expect(underWay.size).toBe(MOST);
  });

  it('is one to which some calls take long, while these are less than half of the share', () => {
    learn(MOST);
    call('report');
    now += QUICK_MS + 1;
    burst(MOST - 1);
    expect(waiting.size).toBe(0);
  });

  it('is not taken for a slow one because recording what is to be done takes long', () => {
    learn(MOST);
    intents = [];
    burst(MOST - 1);
    now += 2 * QUICK_MS;
    burst(1);
    expect(waiting.size).toBe(0);
    intents.forEach((begin) => begin());
    respond();
    burst(MOST);
    expect(waiting.size).toBe(0);
  });

  it('is unknown again when nobody has wanted that much of it for a while', () => {
    learn(MOST);
    now += LIMITS.originWindowKeptMs / 2;
    learn(1);
    burst(SHARE + 1);
    expect(waiting.size).toBe(0);
    respond();
    now += LIMITS.originWindowKeptMs + 1;
    burst(MOST);
    expect(underWay.size).toBe(SHARE);
  });
});

it('is remembered for so many services, and the one that was not called for the longest time is unknown again', () => {
  learn(MOST);
  for (let other = 0; other < LIMITS.circuits; other++) turns.at(`https://${other}.example/`)?.ask(ASKING);
  burst(MOST);
  expect(underWay.size).toBe(SHARE);
});

describe('a service that is slow', () => {
  it('is called by no more than the share while half of it hangs, however quick the other half is', () => {
    burst(5 * MOST);
    const hanging = [...underWay.keys()].slice(0, SHARE / 2);
    now += QUICK_MS + 1;
    for (let round = 0; round < 10; round++) {
      respond([...underWay.keys()].filter((id) => !hanging.includes(id)));
      expect(underWay.size).toBe(SHARE);
    }
  });

  it('is called by no more than the share, however often it responds', () => {
    burst(5 * MOST);
    for (let round = 0; round < 10; round++) {
      now += QUICK_MS + 1;
      respond();
      expect(underWay.size).toBe(SHARE);
    }
  });

  it('gets no further call from when it has become so, whether or not it ever responds, until it has less than the share', () => {
    learn(MOST);
    burst(MOST - 1);
    now += QUICK_MS + 1;
    call('late');
    expect(waiting).toEqual(new Set(['late']));
    respond([...underWay.keys()].slice(SHARE - 1, -1));
    expect(waiting).toEqual(new Set(['late']));
    respond([...underWay.keys()].slice(0, 1));
    expect(waiting.size).toBe(0);
  });

  it('is called by more when it has become quick, however long ago the last of those came that wait', () => {
    burst(MOST);
    now += LIMITS.originWindowKeptMs + 1;
    respond();
    expect(underWay.size).toBe(SHARE);
    respond();
    respond();
    expect(underWay.size).toBeGreaterThan(SHARE);
  });

  it('is called by all again when it has become quick, and beyond half of what was too much for it by one more for as many calls as may', () => {
    learn(MOST);
    burst(MOST);
    now += QUICK_MS + 1;
    burst(5 * MOST);
    now += LIMITS.originWindowKeptMs + 1;
    respond();
    const sizes: number[] = [];
    while (waiting.size > 0) {
      sizes.push(underWay.size);
      respond();
    }
    expect(sizes.slice(0, 3)).toEqual([SHARE, 2 * SHARE, MOST / 2]);
    sizes.slice(3).forEach((size, index) => expect(size - (sizes[index + 2] ?? 0)).toBeLessThanOrEqual(1));
    while (underWay.size > 0) respond();
    learn(MOST);
    burst(MOST);
    expect(waiting.size).toBe(0);
  });
});
