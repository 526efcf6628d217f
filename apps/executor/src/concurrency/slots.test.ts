import { LIMITS } from '@millrace/contracts';
import fc from 'fast-check';
import { hasSlot, isEmpty, NO_SLOTS, release, take, told, untoldOf, type OnConflict, type Slots } from './slots.js';

const after = (ids: readonly string[], limit: number, onConflict: OnConflict = 'queue'): Slots =>
  ids.reduce((slots, id) => take(slots, id, limit, onConflict).slots, NO_SLOTS);

describe('a start within the limit', () => {
  it('runs, and asking again is asking once', () => {
    const { slots, outcome } = take(NO_SLOTS, 'a', 1, 'queue');
    expect(outcome).toBe('running');
    const again = take(slots, 'a', 1, 'queue');
    expect(again).toMatchObject({ outcome: 'running', cancelled: [] });
    expect(again.slots).toBe(slots);
  });
});

describe('a start above the limit', () => {
  it('waits, and is given the slot of the first one that ends', () => {
    const slots = after(['a', 'b', 'c'], 1);
    expect(take(slots, 'c', 1, 'queue').outcome).toBe('waiting');
    const next = release(slots, ['a'], 1);
    expect(untoldOf(next)).toEqual(['b']);
    expect(take(next, 'c', 1, 'queue').outcome).toBe('waiting');
    expect(take(next, 'b', 1, 'queue').outcome).toBe('running');
    expect(untoldOf(told(next, ['b']))).toEqual([]);
  });

  it('does not overtake those that wait already when the limit has been raised', () => {
    const slots = after(['a', 'b'], 1);
    const { slots: now, outcome } = take(slots, 'c', 2, 'queue');
    expect(outcome).toBe('waiting');
    expect(untoldOf(now)).toEqual(['b']);
  });

  it('is skipped where the workflow says so, and leaves nothing behind', () => {
    const slots = after(['a'], 1);
    expect(take(slots, 'b', 1, 'skip')).toEqual({ slots, outcome: 'skipped', cancelled: [] });
  });

  it('has the oldest cancelled where the workflow says so, also those that wait: the newest stay', () => {
    const slots = after(['a', 'b', 'c'], 2);
    expect(take(slots, 'd', 2, 'cancel_running')).toMatchObject({ outcome: 'waiting', cancelled: ['a', 'b'] });
    expect(take(after(['a', 'b'], 1), 'c', 1, 'cancel_running').cancelled).toEqual(['a', 'b']);
  });

  it('is refused when too many wait', () => {
    const waiting = Array.from({ length: LIMITS.concurrencyWaiting }, (_, index) => `w${index}`);
    const full: Slots = { running: [{ id: 'a' }], waiting };
    expect(take(full, 'b', 1, 'queue')).toMatchObject({ outcome: 'full', slots: { waiting } });
    expect(take(full, 'w5', 1, 'queue').outcome).toBe('waiting');
  });
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
          slots = take(slots, id, limit, 'queue').slots;
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
