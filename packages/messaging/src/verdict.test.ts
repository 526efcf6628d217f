import { AppError } from '@millrace/contracts';
import { z } from 'zod';
import { PayloadMissingError, PayloadTooLargeError, TerminalError } from './errors.js';
import { knownForm } from './known-form.js';
import { isUnreadable } from './unreadable.js';
import { retryDelay, UnreadableError, verdictOnFailure } from './verdict.js';

const first = { deliveryCount: 1, maxDeliver: 3, aborted: false };

test('an ordinary error is tried again, later each time', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 50].map((count) => retryDelay(count, 0.5));
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect([retryDelay(1, 0), retryDelay(1, 1)]).toEqual([800, 1_200]);
  expect(verdictOnFailure(new Error('away'), first, 0.5)).toEqual({ kind: 'retry', delayMs: 1_000, reason: 'away' });
  expect(verdictOnFailure('away', { ...first, deliveryCount: 2 }, 0.5)).toEqual({
    kind: 'retry',
    delayMs: 2_000,
    reason: 'away',
  });
});

test('what waits for the infrastructure is never more than 10 s away, however often it was delivered', () => {
  const full = new AppError('STORAGE_FULL');
  const retry = (deliveryCount: number) =>
    verdictOnFailure(full, { deliveryCount, maxDeliver: -1, aborted: false }, 0.5);
  expect(retry(1)).toMatchObject({ kind: 'retry', delayMs: 1_000 });
  expect(retry(500)).toMatchObject({ kind: 'retry', delayMs: 10_000 });
});

test('the last delivery ends in the dead letters; without a limit there is no last one', () => {
  expect(verdictOnFailure(new Error('away'), { ...first, deliveryCount: 3 })).toEqual({
    kind: 'dead-letter',
    reason: 'Failed 3 times, last with: away',
  });
  expect(verdictOnFailure(new Error('away'), { deliveryCount: 1_000, maxDeliver: -1, aborted: false }, 0.5).kind).toBe(
    'retry',
  );
});

test('what cannot get better ends at once', () => {
  const malformed = z
    .object({ version: z.number(), of: z.object({ id: z.string() }) })
    .safeParse({ version: 'x', of: {} }).error;
  for (const error of [
    new TerminalError('gone'),
    new PayloadMissingError('o1'),
    new PayloadTooLargeError('o1', 2, 1),
    malformed,
    new UnreadableError(new SyntaxError('bad')),
  ]) {
    expect(verdictOnFailure(error, first).kind).toBe('dead-letter');
  }
  expect(verdictOnFailure(malformed, first)).toMatchObject({
    reason:
      'Payload is malformed: version: Invalid input: expected number, received string; of.id: Invalid input: expected string, received undefined',
  });
});

test('a value that only newer versions can read is no fault of the message that it was looked up for', () => {
  const read = () => knownForm('A record "slots"', z.object({ running: z.array(z.string()) }), { running: {} });
  expect(read).toThrow('A record "slots" is of a form that this release does not know, and may be of a newer one');
  let thrown: unknown;
  try {
    read();
  } catch (error) {
    thrown = error;
  }
  expect(verdictOnFailure(thrown, first).kind).toBe('retry');
  expect(isUnreadable(thrown)).toBe(true);
});

test('a shutdown gives the message to another replica at once, unless it was the last delivery', () => {
  expect(verdictOnFailure(new Error('aborted'), { ...first, aborted: true })).toMatchObject({
    kind: 'retry',
    delayMs: 0,
  });
  expect(verdictOnFailure(new Error('aborted'), { ...first, deliveryCount: 3, aborted: true }).kind).toBe(
    'dead-letter',
  );
});
