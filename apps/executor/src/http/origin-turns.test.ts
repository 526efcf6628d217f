import { LIMITS } from '@millrace/contracts';
import type { AwaitedTurn } from '../steps/step-handler.js';
import { OriginTurns } from './origin-turns.js';

const LIMIT = 2;
const URL_OF_SERVICE = 'https://slow.example/orders?key=secret';

let now: number;
let timers: { readonly at: number; readonly fire: () => void }[];
let turns: OriginTurns;
let called: string[];
beforeEach(() => {
  now = 1_000_000;
  timers = [];
  called = [];
  turns = new OriginTurns(
    { share: LIMIT, most: LIMIT },
    {
      now: () => now,
      after: (milliseconds, fire) => {
        const timer = { at: now + milliseconds, fire };
        timers.push(timer);
        return () => void (timers = timers.filter((other) => other !== timer));
      },
    },
  );
});

function pass(milliseconds: number): void {
  now += milliseconds;
  const due = timers.filter(({ at }) => at <= now);
  timers = timers.filter(({ at }) => at > now);
  due.forEach(({ fire }) => fire());
}

function ask(id: string, { url = URL_OF_SERVICE, organisationId = 'org_1', executionId = id } = {}) {
  const asked = turns.at(url)?.ask({ organisationId, executionId, id });
  if (asked !== undefined && 'call' in asked) asked.call = () => called.push(id);
  return asked;
}

/** Asks for a call that is to begin at once; returns how to end it. */
function begun(id: string, options = {}): () => void {
  const asked = ask(id, options);
  if (asked === undefined || !('leave' in asked)) throw new Error(`${id} has to wait`);
  return asked.leave;
}

/** Asks for a call that is to wait. */
function waits(id: string, executionId = id): AwaitedTurn {
  const asked = ask(id, { executionId });
  if (asked === undefined || 'leave' in asked) throw new Error(`${id} need not wait`);
  return asked;
}

describe('calls of an organisation to an origin', () => {
  it('are so many at the same time, and those beyond are called in order, one for each that is over', () => {
    const leave = begun('a');
    begun('b');
    for (const id of ['c', 'd', 'e']) waits(id);
    expect(called).toEqual([]);
    leave();
    expect(called).toEqual(['c']);
    // The place is kept for the one that was called.
    waits('f');
    const leaveC = begun('c');
    leaveC();
    expect(called).toEqual(['c', 'd']);
  });

  it('are counted apart for each organisation, scheme, host and port', () => {
    begun('a');
    begun('b');
    begun('c', { organisationId: 'org_2' });
    for (const url of ['http://slow.example/', 'https://fast.example/', 'https://slow.example:8443/'])
      begun('d', { url });
    waits('e');
    expect(ask('f', { url: 'no address' })).toBeUndefined();
  });

  it('are patient for a moment, unless one waits for longer than that', () => {
    begun('a');
    begun('b');
    expect(waits('c').patienceMs).toBe(LIMITS.originTurnPatienceMs);
    pass(LIMITS.originTurnPatienceMs - 1);
    expect(waits('d').patienceMs).toBe(1);
    pass(1);
    expect(waits('e').patienceMs).toBe(0);
  });

  it('of an execution that calls it already take no other place: it has its slot until all of them are over', () => {
    const [leave, leaveMore] = [begun('a:1', { executionId: 'a' }), begun('a:2', { executionId: 'a' })];
    const leaveB = begun('b');
    waits('c');
    const leaveLast = begun('a:3', { executionId: 'a' });
    leave();
    leaveMore();
    expect(called).toEqual([]);
    leaveLast();
    expect(called).toEqual(['c']);
    leaveB();
  });

  it('keep their places when they ask by themselves, and look the more seldom the more wait before them', () => {
    const leave = begun('a');
    begun('b');
    expect(waits('c').lookMs).toBe(LIMITS.originTurnLookMs);
    for (let count = 1; count < LIMITS.originTurnLookSpread; count++) waits(`w${count}`);
    expect(waits('last').lookMs).toBe(2 * LIMITS.originTurnLookMs);
    waits('c');
    leave();
    expect(called).toEqual(['c']);
  });
});

describe('a call whose turn has come', () => {
  it('loses its place when it does not come, and goes before the others when it comes late', () => {
    const leaveA = begun('a');
    const leaveB = begun('b');
    for (const id of ['c', 'd', 'e']) waits(id);
    leaveA();
    pass(LIMITS.originTurnHeldMs);
    expect(called).toEqual(['c', 'd']);
    begun('d');
    waits('c');
    // It looks by itself meanwhile.
    waits('c');
    leaveB();
    expect(called).toEqual(['c', 'd', 'c']);
    const leaveC = begun('c');
    leaveC();
    expect(called).toEqual(['c', 'd', 'c', 'e']);
  });

  it('is remembered as late for so many others, and then waits behind all', () => {
    const leave = begun('a');
    begun('b');
    const late = Array.from({ length: LIMITS.originTurnsLate + 1 }, (_, index) => `late${index}`);
    late.forEach((id) => waits(id));
    leave();
    late.forEach(() => pass(LIMITS.originTurnHeldMs));
    expect(called).toEqual(late);
    const leaveC = begun('c');
    for (const id of ['d', 'late0', 'late1']) waits(id);
    leaveC();
    expect(called.slice(late.length)).toEqual(['late1']);
  });

  it('takes any place that is free, so that calls are made however late they come', () => {
    const leaveA = begun('a');
    begun('b');
    for (const id of ['c', 'd']) waits(id);
    leaveA();
    pass(LIMITS.originTurnHeldMs);
    expect(called).toEqual(['c', 'd']);
    begun('c');
    waits('d');
  });

  it('gives its place on when it is not going to come', () => {
    const leave = begun('a');
    begun('b');
    const [c, d] = [waits('c'), waits('d')];
    waits('e');
    leave();
    d.withdraw();
    c.withdraw();
    expect(called).toEqual(['c', 'e']);
  });
});

it('remembers so many that wait, and the others look by themselves', () => {
  const leave = begun('a');
  begun('b');
  for (let count = 0; count < LIMITS.originTurnsWaiting / 2; count++) waits(`w${count}`);
  expect(waits('beyond')).toMatchObject({ patienceMs: 0 });
  leave();
  expect(called).toEqual(['w0']);
});

it('has room for those of others, however many of one organisation wait', () => {
  begun('a');
  begun('b');
  for (let count = 0; count < LIMITS.originTurnsWaiting; count++) ask(`w${count}`);
  const other = { organisationId: 'org_2' };
  const leave = begun('x', other);
  begun('y', other);
  ask('z', other);
  leave();
  expect(called).toEqual(['z']);
});

it('remembers another one for each that has been called, does not wait any more, or calls beside another call of its execution', () => {
  const leave = begun('a');
  begun('b');
  const first = waits('w0');
  waits('x:1', 'x');
  waits('x:2', 'x');
  for (let count = 3; count < LIMITS.originTurnsWaiting / 2; count++) waits(`w${count}`);
  const isRemembered = (id: string): boolean => waits(id).patienceMs > 0;
  expect(isRemembered('beyond')).toBe(false);
  first.withdraw();
  expect([isRemembered('one'), isRemembered('beyond')]).toEqual([true, false]);
  leave();
  expect(called).toEqual(['x:1']);
  expect([isRemembered('two'), isRemembered('beyond')]).toEqual([true, false]);
  begun('x:1', { executionId: 'x' });
  begun('x:2', { executionId: 'x' });
  expect([isRemembered('three'), isRemembered('beyond')]).toEqual([true, false]);
});
