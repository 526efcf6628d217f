import { LIMITS } from '@millrace/contracts';
import { StartPace } from './start-pace.js';

const MOST = LIMITS.scheduledStartsPerMinute;
const NOW = Date.parse('2026-11-27T00:00:00Z');

/** How many of so many starts are made. */
function made(pace: StartPace, organisation: string, starts: number, now: number): number {
  return Array.from({ length: starts }, () => pace.take(organisation, now)).filter(Boolean).length;
}

it('lets a minute of starts come at once, and then as many as come in a minute, for each organisation', () => {
  const pace = new StartPace();
  expect(made(pace, 'org_1', MOST + 500, NOW)).toBe(MOST);
  expect(made(pace, 'org_1', 500, NOW + 6_000)).toBe(MOST / 10);
  expect(made(pace, 'org_2', MOST, NOW + 6_000)).toBe(MOST);
  let all = 0;
  for (let second = 7; second < 67; second++) all += made(pace, 'org_1', MOST, NOW + second * 1_000);
  expect(all).toBe(MOST);
});

it('a clock that is set back neither gives nor takes', () => {
  const pace = new StartPace();
  expect(made(pace, 'org_1', MOST - 1, NOW)).toBe(MOST - 1);
  expect(made(pace, 'org_1', 5, NOW - 3_600_000)).toBe(1);
  expect(made(pace, 'org_1', 5, NOW - 3_600_000 + 60_000)).toBe(5);
});
