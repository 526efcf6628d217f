import { MAIL_LIMITS } from '../limits.js';
import { RefusalBudget } from './refusal-budget.js';

const HOUR = 60 * 60_000;
const MOST = MAIL_LIMITS.refusalsToldAnHour;

test('subscribers are notified of so many refusals of a mailbox in an hour, and of those of others all the same', () => {
  const budget = new RefusalBudget();
  const taken = (mailbox: string, count: number, now: number) =>
    Array.from({ length: count }, () => budget.take(mailbox, now)).filter(Boolean).length;
  expect(taken('mbx_1', 3 * MOST, 0)).toBe(MOST);
  expect(taken('mbx_2', 1, 0)).toBe(1);
  expect(taken('mbx_1', 1, HOUR - 1)).toBe(0);
  expect(taken('mbx_1', 3 * MOST, HOUR)).toBe(MOST);
});
