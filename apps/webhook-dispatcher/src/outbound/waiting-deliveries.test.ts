import { AppError, LIMITS } from '@millrace/contracts';
import { silentLogger } from '@millrace/service-kit/logging';
import type { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { WaitingDeliveries } from './waiting-deliveries.js';

const COUNTED_MS = 10_000;
const LIMIT = LIMITS.eventDeliveriesWaiting;

const address = (index = 0) => ({ organisation_id: 'org', subscription_id: `sub_${index}` });
const settled = () => new Promise(setImmediate);

let now: number;
let counts: jest.Mock<Promise<number>, []>;
let waiting: WaitingDeliveries;

beforeEach(() => {
  now = 1_000_000;
  counts = jest.fn<Promise<number>, []>();
  const deliveries = { countWaiting: counts } as unknown as EventDeliveriesRepository;
  waiting = new WaitingDeliveries(deliveries, () => now, silentLogger());
});

test('what is let in is counted at once, while nothing is known yet', () => {
  counts.mockReturnValue(new Promise(() => undefined));
  for (let index = 0; index < LIMIT; index++) expect(waiting.isFullForNew(address())).toBe(false);
  expect(waiting.isFullForNew(address())).toBe(true);
  expect(waiting.isFullForNew(address(1))).toBe(false);
});

test('what is let in while it is counted is added to the count', async () => {
  let count: (waiting: number) => void = () => undefined;
  counts.mockReturnValueOnce(new Promise((resolve) => (count = resolve)));
  waiting.isFullForNew(address());
  count(LIMIT - 2);
  await settled();
  expect([1, 2, 3].map(() => waiting.isFullForNew(address()))).toEqual([false, true, true]);
});

test('it is counted again after a while, and one that is recorded may wait at the limit', async () => {
  counts.mockResolvedValueOnce(LIMIT + 1).mockResolvedValueOnce(LIMIT);
  expect(waiting.isFull(address())).toBe(false);
  await settled();
  expect(waiting.isFull(address())).toBe(true);
  now += COUNTED_MS - 1;
  expect(waiting.isFull(address())).toBe(true);
  expect(counts).toHaveBeenCalledTimes(1);
  now += 1;
  waiting.isFull(address());
  await settled();
  expect(waiting.isFull(address())).toBe(false);
});

test('while the database is away all may wait', async () => {
  counts.mockResolvedValueOnce(LIMIT).mockRejectedValueOnce(new AppError('SERVICE_UNAVAILABLE'));
  waiting.isFullForNew(address());
  await settled();
  expect(waiting.isFullForNew(address())).toBe(true);
  now += COUNTED_MS;
  waiting.isFullForNew(address());
  await settled();
  expect(waiting.isFullForNew(address())).toBe(false);
});

test('only so many are counted at the same time, and the others then', async () => {
  let count: (waiting: number) => void = () => undefined;
  counts.mockReturnValue(new Promise((resolve) => (count = resolve)));
  for (let index = 0; index < 20; index++) waiting.isFullForNew(address(index));
  expect(counts).toHaveBeenCalledTimes(8);
  count(0);
  await settled();
  waiting.isFullForNew(address(19));
  expect(counts).toHaveBeenCalledTimes(9);
});
