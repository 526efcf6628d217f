import { LIMITS } from '@millrace/contracts';
import { Arrival } from './arrival.js';

it('a large body that nobody waits for any more keeps no place, whether it had one or not', async () => {
  const begin = (owner: string) => {
    const arrival = new Arrival(owner);
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
