import { derivedId, LIMITS } from '@millrace/contracts';
import fc from 'fast-check';
import {
  hasSlot,
  isEmpty,
  NO_SLOTS,
  keep,
  leave,
  release,
  take,
  untoldOf,
  type OnConflict,
  type Slots,
  type Taken,
} from './slots.js';

const ask = (slots: Slots, id: string, limit: number, onConflict: OnConflict = 'queue'): Taken =>
  take(slots, id, { limit, onConflict });
const after = (ids: readonly string[], limit: number): Slots =>
  ids.reduce((slots, id) => ask(slots, id, limit).slots, NO_SLOTS);

describe('a start within the limit', () => {
  it('runs, and asking again is asking once', () => {
    const { slots, outcome } = ask(NO_SLOTS, 'a', 1, 'queue');
    expect(outcome).toBe('running');
    const again = ask(slots, 'a', 1, 'queue');
    expect(again).toMatchObject({ outcome: 'running', displaced: [] });
    expect(again.slots).toBe(slots);
  });
});

describe('a start above the limit', () => {
  it('waits, and is given the slot of the first one that ends', () => {
    const slots = after(['a', 'b', 'c'], 1);
    expect(ask(slots, 'c', 1, 'queue').outcome).toBe('waiting');
    const next = release(slots, ['a'], 1);
    expect(untoldOf(next)).toEqual(['b']);
    expect(ask(next, 'c', 1, 'queue').outcome).toBe('waiting');
    const heard = ask(next, 'b', 1);
    expect(heard.outcome).toBe('running');
    expect(untoldOf(heard.slots)).toEqual([]);
  });

  it('does not overtake those that wait already when the limit has been raised', () => {
    const slots = after(['a', 'b'], 1);
    const { slots: now, outcome } = ask(slots, 'c', 2, 'queue');
    expect(outcome).toBe('waiting');
    expect(untoldOf(now)).toEqual(['b']);
  });

  it('is skipped where the workflow says so, and leaves nothing behind', () => {
    const slots = after(['a'], 1);
    expect(ask(slots, 'b', 1, 'skip')).toMatchObject({ slots, outcome: 'skipped', displaced: [] });
  });

  it('has the oldest cancelled where the workflow says so, also one that waits', () => {
    const slots = after(['a', 'b', 'c'], 2);
    expect(ask(slots, 'd', 2, 'cancel_running')).toMatchObject({ outcome: 'waiting', displaced: ['a', 'b'] });
    const cancelled = leave(slots, ['a'], 2);
    expect(ask(cancelled, 'd', 2, 'cancel_running').displaced).toEqual(['b']);
    expect(ask(after(['a'], 1), 'b', 1, 'cancel_running').displaced).toEqual(['a']);
  });

  it('has those cancelled that others were to cancel which died, or were cancelled themselves, before they could', () => {
    // b was to cancel a, and is cancelled for c.
    const cancelledItself = leave(after(['a', 'b'], 1), ['b'], 1);
    expect(ask(cancelledItself, 'c', 1, 'cancel_running').displaced).toEqual(['a']);
    // c was to cancel a, and comes again when b, which d has replaced, is gone.
    const comesAgain = release(leave(after(['a', 'b', 'c', 'd'], 2), ['b'], 2), ['b'], 2);
    expect(ask(comesAgain, 'd', 2, 'cancel_running').displaced).toEqual(['a']);
  });

  it('cancels nobody who came later, when it asks again, and is replaced itself', () => {
    const { outcome, displaced, newest, slots } = ask(after(['a', 'b', 'c', 'd'], 1), 'c', 1, 'cancel_running');
    expect([outcome, displaced, newest, slots.waiting]).toEqual(['replaced', ['a', 'b'], 'd', ['b', 'd']]);
    expect(ask(after(['a', 'b', 'c', 'd'], 2), 'b', 2, 'cancel_running')).toMatchObject({ outcome: 'running' });
  });

  it('is refused when too many wait', () => {
    const waiting = Array.from({ length: LIMITS.concurrencyWaiting }, (_, index) => `w${index}`);
    const full: Slots = { running: [{ id: 'a' }], waiting };
    expect(ask(full, 'b', 1, 'queue')).toMatchObject({ outcome: 'full', slots: { waiting } });
    expect(ask(full, 'w5', 1, 'queue').outcome).toBe('waiting');
  });

  it('finds room where older ones are cancelled: those that wait for nothing any more leave, and the newest never', () => {
    const waiting = Array.from({ length: LIMITS.concurrencyWaiting }, (_, index) => `w${index}`);
    const full: Slots = { running: [{ id: 'a' }], waiting };
    const { outcome, displaced, slots } = ask(full, 'b', 1, 'cancel_running');
    expect([outcome, displaced]).toEqual(['full', waiting.slice(0, 20)]);
    const again = ask(leave(slots, displaced, 1), 'b', 1, 'cancel_running');
    expect([again.outcome, again.displaced]).toEqual(['waiting', ['a', ...waiting.slice(20, 39)]]);
    // As many as may run stay, this one counted.
    const many: Slots = { running: Array.from({ length: 998 }, (_, index) => ({ id: `r${index}` })), waiting };
    expect(ask(many, 'b', 998, 'cancel_running').displaced).toEqual(waiting.slice(0, 3));
  });
});

test('one that was to leave and runs by now keeps its slot: no more run than may', () => {
  const slots = after(['a', 'b', 'c', 'd'], 1);
  // It was given the slot of another one between being found among those that wait and leaving them.
  const promoted = ask(release(slots, ['a'], 1), 'b', 1).slots;
  const left = leave(promoted, ['b', 'c'], 1);
  expect(left).toEqual({ running: [{ id: 'b', cancelled: true }], waiting: ['d'] });
  expect(leave(left, ['b', 'c'], 1)).toBe(left);
  expect(ask(left, 'b', 1).slots).toBe(left);
  expect(untoldOf(leave(after(['a', 'b', 'c'], 1), ['b'], 2))).toEqual(['c']);
});

test('one that has begun already keeps a slot, whatever the limit says', () => {
  const slots = keep(after(['a', 'b'], 1), 'x');
  expect([hasSlot(slots, 'x'), hasSlot(slots, 'b')]).toEqual([true, false]);
  expect(hasSlot(release(slots, ['x'], 1), 'b')).toBe(false);
  expect(hasSlot(release(slots, ['x', 'a'], 1), 'b')).toBe(true);
  expect(keep(slots, 'x')).toBe(slots);
});

test('of those that replace each other the ones that were started last stay, in whatever order they ask and whoever dies between asking and cancelling', () => {
  const round = fc.record({ dies: fc.boolean(), asksAgain: fc.nat(5), ends: fc.option(fc.nat(9)) });
  const rounds = fc.array(round, { minLength: 1, maxLength: 25 });
  const times = fc.uniqueArray(fc.nat(1_000), { minLength: 25, maxLength: 25 });
  fc.assert(
    fc.property(rounds, times, fc.integer({ min: 1, max: 3 }), (rounds, times, limit) => {
      const ids = rounds.map((_, number) => derivedId('execution', times[number] ?? 0, ['org_a', String(number)]));
      let slots: Slots = NO_SLOTS;
      const cancelled = new Set<string>();
      const undone: string[] = [];
      const asks = (id: string, dies: boolean) => {
        const taken = ask(slots, id, limit, 'cancel_running');
        ({ slots } = taken);
        if (dies) return void undone.push(id);
        if (taken.outcome === 'replaced') cancelled.add(id);
        for (const one of taken.displaced) cancelled.add(one);
        slots = leave(slots, taken.displaced, limit);
      };
      for (const [number, { dies, asksAgain, ends }] of rounds.entries()) {
        asks(ids[number] ?? '', dies);
        const again = undone[asksAgain];
        // Its own end is in the journal when it was cancelled before it came again.
        if (again !== undefined && !cancelled.has(again)) asks(again, false);
        const ended = ends === null ? undefined : [...cancelled][ends];
        if (ended !== undefined) slots = release(slots, [ended], limit);
      }
      for (const id of undone) if (!cancelled.has(id)) asks(id, false);
      slots = release(slots, [...cancelled], limit);
      const stay = [...ids].sort().slice(-limit);
      expect([slots.running.map(({ id }) => id).sort(), slots.waiting]).toEqual([stay, []]);
    }),
    { numRuns: 1_000 },
  );
});

test('in whatever order they come and go, no more run than may, nobody is forgotten, and they run in their order', () => {
  const steps = fc.array(fc.record({ id: fc.integer({ min: 0, max: 9 }), ends: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 3 }), (changes, limit) => {
      let slots: Slots = NO_SLOTS;
      let open: string[] = [];
      for (const { id: number, ends } of changes) {
        const id = `e${number}`;
        if (ends) {
          slots = release(slots, [id], limit);
          open = open.filter((one) => one !== id);
        } else {
          slots = ask(slots, id, limit, 'queue').slots;
          if (!open.includes(id)) open.push(id);
        }
        const running = open.filter((one) => hasSlot(slots, one));
        expect(slots.running).toHaveLength(Math.min(limit, open.length));
        expect(running).toEqual(open.slice(0, limit));
        expect(slots.waiting).toEqual(open.slice(limit));
      }
      expect(isEmpty(release(slots, open, limit))).toBe(true);
    }),
  );
});
