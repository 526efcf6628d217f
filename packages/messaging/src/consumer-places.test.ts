import { beginningAfterLoss, isSoTwice } from './consumer-places.js';

const NOW = Date.UTC(2026, 0, 1);
const ago = (minutes: number): Date => new Date(NOW - minutes * 60_000);

describe('where a consumer begins that is made anew', () => {
  const atTenMinutes = { deliver_policy: 'by_start_time', opt_start_time: ago(10).toISOString() };

  it('is behind what it had acknowledged, where that is still what it was', () => {
    const place = { floor: 7, lastSequence: 20, storedAt: ago(30) };
    expect(beginningAfterLoss(place, NOW)).toEqual({ deliver_policy: 'by_start_sequence', opt_start_seq: 8 });
    // It has aged out.
    expect(beginningAfterLoss({ ...place, storedAt: null }, NOW)).toMatchObject({ opt_start_seq: 8 });
    expect(beginningAfterLoss({ floor: 0, lastSequence: 20, storedAt: null }, NOW)).toMatchObject({ opt_start_seq: 1 });
  });

  it('is at what may be new, where its place is lost or was given away again', () => {
    expect(beginningAfterLoss({ floor: 20, lastSequence: 20, storedAt: ago(30) }, NOW)).toEqual(atTenMinutes);
    expect(beginningAfterLoss({ floor: 25, lastSequence: 20, storedAt: null }, NOW)).toEqual(atTenMinutes);
    expect(beginningAfterLoss({ floor: 7, lastSequence: 20, storedAt: ago(1) }, NOW)).toEqual(atTenMinutes);
  });
});

it('one look that finds what is just leaving, or two that find different things, make no consumer anew', async () => {
  const looks = (...found: (number | null)[]) => isSoTwice(() => Promise.resolve(found.shift() ?? null));
  expect(await Promise.all([looks(5, null), looks(5, 6), looks(null, 5), looks(5, 5)])).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
