import { AppError, LIMITS } from '@millrace/contracts';
import { silentLogger } from '@millrace/service-kit/logging';
import type { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { WaitingDeliveries } from './waiting-deliveries.js';

const COUNTED_MS = 10_000;
const LIMIT = LIMITS.eventDeliveriesWaiting;

/** So many can wait uncounted. */
const UNCOUNTED = LIMIT / 20;

const address = (index = 0) => ({ organisation_id: 'org', subscription_id: `sub_${index}` });
const settled = () => new Promise(setImmediate);
const letIn = (count: number, index = 0) => {
  for (let left = count; left > 0; left--) waiting.isFullForNew(address(index));
};

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

test('what is delivered is counted once in some hundreds, and what fails at once', async () => {
  counts.mockResolvedValue(0);
  letIn(UNCOUNTED);
  now += COUNTED_MS;
  waiting.isFullForNew(address(1));
  expect(counts).not.toHaveBeenCalled();
  letIn(1);
  await settled();
  expect(counts).toHaveBeenCalledTimes(1);
  now += COUNTED_MS;
  letIn(UNCOUNTED - 1);
  expect(counts).toHaveBeenCalledTimes(1);
  waiting.isFull(address());
  expect(counts).toHaveBeenCalledTimes(2);
});

test('a subscription that is used keeps its count, however many others are', async () => {
  counts.mockResolvedValueOnce(LIMIT);
  letIn(UNCOUNTED + 1);
  await settled();
  for (let index = 1; index <= 20_000; index++) {
    waiting.isFullForNew(address(index));
    if (index % 5_000 === 0) expect(waiting.isFullForNew(address())).toBe(true);
  }
});

test('what is let in while it is counted is added to the count', async () => {
  let count: (waiting: number) => void = () => undefined;
  counts.mockReturnValueOnce(new Promise((resolve) => (count = resolve)));
  letIn(UNCOUNTED + 1);
  count(LIMIT - 2);
  await settled();
  expect([1, 2, 3].map(() => waiting.isFullForNew(address()))).toEqual([false, true, true]);
});

test('it is counted again after a while, and of those that are recorded as many end as are too many', async () => {
  counts.mockResolvedValueOnce(LIMIT + 2).mockResolvedValueOnce(LIMIT + 1);
  expect(waiting.isFull(address())).toBe(false);
  await settled();
  expect([1, 2, 3].map(() => waiting.isFull(address()))).toEqual([true, true, false]);
  now += COUNTED_MS - 1;
  expect(waiting.isFull(address())).toBe(false);
  expect(counts).toHaveBeenCalledTimes(1);
  now += 1;
  waiting.isFull(address());
  await settled();
  expect([1, 2].map(() => waiting.isFull(address()))).toEqual([true, false]);
});

test('while too many wait one is let in now and then, and once one was taken all are, until one fails', async () => {
  counts.mockResolvedValue(LIMIT);
  letIn(UNCOUNTED + 1);
  await settled();
  const next = () => [1, 2].map(() => waiting.isFullForNew(address()));
  expect(next()).toEqual([true, true]);
  now += COUNTED_MS;
  expect(next()).toEqual([false, true]);
  waiting.noteTaken(address());
  expect(next()).toEqual([false, false]);
  waiting.isFull(address());
  expect(next()).toEqual([true, true]);
});

test('while the database is away all may wait', async () => {
  counts.mockResolvedValueOnce(LIMIT).mockRejectedValueOnce(new AppError('SERVICE_UNAVAILABLE'));
  letIn(UNCOUNTED + 1);
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
  for (let index = 0; index < 20; index++) letIn(UNCOUNTED + 1, index);
  expect(counts).toHaveBeenCalledTimes(8);
  count(0);
  await settled();
  waiting.isFullForNew(address(19));
  expect(counts).toHaveBeenCalledTimes(9);
});
