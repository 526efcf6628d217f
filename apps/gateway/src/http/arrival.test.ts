import { LIMITS } from '@millrace/contracts';
import { Arrival } from './arrival.js';
import { RANKS, senderRecords } from './sender-records.js';

const nobodyWaits = (): void => undefined;

it('a large body that nobody waits for any more keeps no place, whether it had one or not', async () => {
  let address = 0;
  const begin = (owner: string) => {
    const arrival = new Arrival(owner, String(address++), nobodyWaits);
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
    const arrival = new Arrival('org_c', caller, nobodyWaits);
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
  const all = Array.from({ length: LIMITS.largeBodiesArriving }, () =>
    new Arrival('org_d', undefined, nobodyWaits).becameLarge(),
  );
  await Promise.all(all);
});

describe('while a call waits for a place', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  /** Calls of webhooks of an owner from different addresses, all in their places, and which of them were given up. */
  async function inTheirPlaces(owner: string) {
    const givenUp: number[] = [];
    const all = Array.from({ length: LIMITS.largeBodiesArriving }, (_, index) => {
      const arrival: Arrival = new Arrival(owner, String(index), ({ code }) => {
        expect(code).toBe('RATE_LIMIT_EXCEEDED');
        givenUp.push(index);
        arrival.end();
      });
      return arrival;
    });
    await Promise.all(all.map((arrival) => arrival.becameLarge()));
    return { all, givenUp };
  }

  it('the slowest of those that have had theirs for long gives it up', async () => {
    const { all, givenUp } = await inTheirPlaces('org_slow');
    // None of them arrives slowly.
    all.forEach((arrival, index) => arrival.grew((index === 2 ? 6 : 10) * LIMITS.slowBodyBytesPerSecond));
    const place = new Arrival('org_slow', 'another', nobodyWaits).becameLarge();
    await jest.advanceTimersByTimeAsync(LIMITS.largeBodyArrivesMs - 500);
    expect(givenUp).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    await place;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(givenUp).toEqual([2]);
  });

  it('those that arrive slowly give theirs up sooner, one after another, however many wait', async () => {
    const { all, givenUp } = await inTheirPlaces('org_slower');
    const fast = 10 * LIMITS.slowBodyBytesPerSecond;
    all.forEach((arrival, index) => arrival.grew(index < 2 ? fast : 100 * (7 - index)));
    const places = Array.from({ length: 9 }, (_, n) => new Arrival('org_slower', `another ${n}`, nobodyWaits));
    const taken: number[] = [];
    places.forEach((arrival, n) => void arrival.becameLarge().then(() => taken.push(n), nobodyWaits));
    await jest.advanceTimersByTimeAsync(LIMITS.slowBodyArrivesMs - 200);
    expect(givenUp).toEqual([]);
    await jest.advanceTimersByTimeAsync(300);
    expect(givenUp).toEqual([5]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(givenUp).toEqual([5, 4, 3, 2]);
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it('an address whose call was refused lately gives its place up sooner, and waits behind all others', async () => {
    const { all, givenUp } = await inTheirPlaces('org_suspects');
    all.forEach((arrival) => arrival.grew(10 * LIMITS.slowBodyBytesPerSecond));
    senderRecords.wasted('org_suspects 4');
    senderRecords.wasted('org_suspects refused');
    senderRecords.accepted('org_suspects known');
    const entered: string[] = [];
    const wait = (caller: string): void => {
      void new Arrival('org_suspects', caller, nobodyWaits).becameLarge().then(() => entered.push(caller), nobodyWaits);
    };
    for (const caller of ['refused', 'new', 'known']) wait(caller);
    await jest.advanceTimersByTimeAsync(LIMITS.slowBodyArrivesMs + 300);
    expect({ givenUp, entered }).toEqual({ givenUp: [4], entered: ['known'] });
    all[0]?.end();
    await jest.advanceTimersByTimeAsync(0);
    all[1]?.end();
    await jest.advanceTimersByTimeAsync(0);
    expect(entered).toEqual(['known', 'new', 'refused']);
  });

  it('who had to give its place up waits behind all others', async () => {
    const { givenUp } = await inTheirPlaces('org_again');
    const place = new Arrival('org_again', 'another', nobodyWaits).becameLarge();
    await jest.advanceTimersByTimeAsync(LIMITS.slowBodyArrivesMs + 300);
    await place;
    expect(givenUp.map((index) => senderRecords.rankOf(`org_again ${index}`))).toEqual([RANKS.suspect]);
    expect(senderRecords.rankOf('org_again another')).toBe(RANKS.new);
  });

  it('what one address has too many of takes no place of others', async () => {
    const givenUp: string[] = [];
    const begin = async (caller: string, bytes: number) => {
      const arrival: Arrival = new Arrival('org_surplus', caller, () => {
        givenUp.push(`${caller} ${bytes}`);
        arrival.end();
      });
      await arrival.becameLarge();
      arrival.grew(bytes);
    };
    await begin('slow', 1);
    for (let count = 0; count < LIMITS.largeBodiesArriving / 2; count++) await begin('many', 1_000 + count);
    const further = begin('many', 5_000);
    await jest.advanceTimersByTimeAsync(LIMITS.largeBodyArrivesMs + 1_000);
    await further;
    // It waits for one of its own, while there is room for anybody else.
    expect(givenUp).toEqual(['many 1000']);
  });

  it('one that has arrived keeps its place, however slowly it came', async () => {
    const { all, givenUp } = await inTheirPlaces('org_arrived');
    all.slice(1).forEach((arrival) => arrival.grew(1_000));
    all[0]?.arrived();
    const place = new Arrival('org_arrived', 'another', nobodyWaits).becameLarge();
    await jest.advanceTimersByTimeAsync(LIMITS.largeBodyArrivesMs + 1_000);
    await place;
    expect(givenUp).toEqual([1]);
  });

  it('nobody gives up a place that nobody else wants, nor one that its owner pays for', async () => {
    const { givenUp } = await inTheirPlaces('org_alone');
    await jest.advanceTimersByTimeAsync(10 * LIMITS.largeBodyArrivesMs);
    expect(givenUp).toEqual([]);
    let isGivenUp = false;
    const own = Array.from(
      { length: LIMITS.largeBodiesArriving },
      () => new Arrival('org_own', undefined, () => (isGivenUp = true)),
    );
    await Promise.all(own.map((arrival) => arrival.becameLarge()));
    const refused = expect(new Arrival('org_own', undefined, nobodyWaits).becameLarge()).rejects.toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
    });
    await jest.advanceTimersByTimeAsync(LIMITS.bodyTurnWaitMs);
    await refused;
    expect(isGivenUp).toBe(false);
  });
});
