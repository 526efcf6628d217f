import { LIMITS } from '@millrace/contracts';
import { Arrival } from './arrival.js';

it('a large body that nobody waits for any more keeps no place, whether it had one or not', async () => {
  let address = 0;
  const begin = (owner: string) => {
    const arrival = new Arrival(owner, String(address++));
    return { arrival, place: arrival.becameLarge() };
  };
  const few = Array.from({ length: LIMITS.largeBodiesArriving }, () => begin('org_a'));
  await Promise.all(few.map(({ place }) => place));
  const gone = begin('org_a');
  const refused = expect(gone.place).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  gone.arrival.end();
  await refused;
  // Another owner's is not behind them.
  await begin('org_b').place;
  const next = begin('org_a');
  few.forEach(({ arrival }) => arrival.end());
  await next.place;
  await Promise.all(few.slice(1).map(() => begin('org_a').place));
});

it('one address has half of the places, and another one is not behind it', async () => {
  const begin = (caller: string | undefined) => {
    const arrival = new Arrival('org_c', caller);
    return { arrival, place: arrival.becameLarge() };
  };
  const half = LIMITS.largeBodiesArriving / 2;
  const slow = Array.from({ length: half }, () => begin('192.0.2.1'));
  await Promise.all(slow.map(({ place }) => place));
  let isIn = false;
  const further = begin('192.0.2.1');
  void further.place.then(() => (isIn = true));
  await begin('192.0.2.2').place;
  expect(isIn).toBe(false);
  slow.forEach(({ arrival }) => arrival.end());
  await further.place;
});

it('who pays for it itself has all places, from whichever address', async () => {
  const all = Array.from({ length: LIMITS.largeBodiesArriving }, () => new Arrival('org_d', undefined).becameLarge());
  await Promise.all(all);
});
