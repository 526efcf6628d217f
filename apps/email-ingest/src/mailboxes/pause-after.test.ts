import { ImapFailure } from '../imap/imap-failure.error.js';
import { MAIL_LIMITS } from '../limits.js';
import { pauseAfter } from './pause-after.js';

const away = new ImapFailure('It is away', 'other');

it('a server that fails is left alone for twice as long each time, up to a limit', () => {
  const pauses = [1, 2, 3, 4, 100].map((failures) => pauseAfter(away, failures, 0.5));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, MAIL_LIMITS.backoffMs]);
  expect(pauseAfter(new Error('A defect'), 2, 0.5)).toBe(2_000);
});

it('the pauses of several mailboxes differ by up to a quarter more or less', () => {
  expect([0, 1].map((chance) => pauseAfter(away, 3, chance))).toEqual([3_000, 5_000]);
});

it('a server that names a longer time to be left alone for gets it, up to an hour', () => {
  const asks = (pauseMs: number) => new ImapFailure('Throttled', 'other', pauseMs);
  expect([3_000, 500].map((pauseMs) => pauseAfter(asks(pauseMs), 1, 0.5))).toEqual([3_000, 1_000]);
  expect(pauseAfter(asks(10 ** 12), 1, 0.5)).toBe(60 * 60_000);
});

it('a message that cannot be read makes those behind it wait no longer each time', () => {
  expect(pauseAfter(new ImapFailure('Its text is broken', 'message'), 9, 0.5)).toBe(1_000);
});
