import { AppError, LIMITS, WATCHED_AT_LEAST_MS } from '@millrace/contracts';
import { EventWatches } from './event-watches.js';

/** What definitions does. */
let answer: () => Promise<unknown>;
let asked: number;
let watches: EventWatches;
const untold = jest.fn();
const nobody = () => Promise.reject(new AppError('SERVICE_UNAVAILABLE', {}));
const told = () => Promise.resolve({ until: '' });

beforeEach(() => {
  jest.useFakeTimers();
  untold.mockClear();
  [asked, answer] = [0, told];
  const request = () => {
    asked += 1;
    return answer() as Promise<never>;
  };
  watches = new EventWatches({ request }, { warn: () => undefined });
});
afterEach(() => {
  watches.onModuleDestroy();
  jest.useRealTimers();
});
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

it('asks once for all streams of an organisation, also for those that begin together, until the last one ends', async () => {
  const ends = await Promise.all([watches.begin('org_a', untold), watches.begin('org_a', untold)]);
  ends.push(await watches.begin('org_a', untold));
  expect(asked).toBe(1);
  await pass(LIMITS.eventWatchMs * 2);
  expect(asked).toBeGreaterThan(5);
  const before = asked;
  for (const end of ends) end();
  ends[0]?.();
  await pass(LIMITS.eventWatchMs * 2);
  expect(asked).toBe(before);
  await watches.begin('org_a', untold);
  expect(asked).toBe(before + 1);
  expect(untold).not.toHaveBeenCalled();
});

it('asks again soon when it was not heard, and nobody notices', async () => {
  await watches.begin('org_a', untold);
  answer = nobody;
  await pass(LIMITS.eventWatchMs / 2);
  expect(asked).toBeGreaterThan(10);
  answer = told;
  await pass(LIMITS.eventWatchMs / 5);
  answer = nobody;
  await pass(LIMITS.eventWatchMs / 2);
  expect(untold).not.toHaveBeenCalled();
});

it('says when events are announced no more, and asks anew for the next stream', async () => {
  await watches.begin('org_a', untold);
  await watches.begin('org_a', untold);
  answer = nobody;
  await pass(WATCHED_AT_LEAST_MS - 10_000);
  expect(untold).not.toHaveBeenCalled();
  await pass(20_000);
  expect(untold).toHaveBeenCalledTimes(2);
  await expect(watches.begin('org_a', untold)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  answer = told;
  const before = asked;
  await watches.begin('org_a', untold);
  expect(asked).toBe(before + 1);
});
