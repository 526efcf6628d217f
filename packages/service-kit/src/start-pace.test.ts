import { StartPace } from './start-pace.js';

const MOST = 3_000;
const NOW = Date.parse('2026-11-27T00:00:00Z');

/** How many of so many starts are made. */
function made(pace: StartPace, organisation: string, starts: number, now: number): number {
  return Array.from({ length: starts }, () => pace.take(organisation, 1, now)).filter(Boolean).length;
}

it('lets a minute of starts come at once, and then as many as come in a minute, for each organisation', () => {
  const pace = new StartPace(MOST);
  expect(made(pace, 'org_1', MOST + 500, NOW)).toBe(MOST);
  expect(made(pace, 'org_1', 500, NOW + 6_000)).toBe(MOST / 10);
  expect(made(pace, 'org_2', MOST, NOW + 6_000)).toBe(MOST);
  let all = 0;
  for (let second = 7; second < 67; second++) all += made(pace, 'org_1', MOST, NOW + second * 1_000);
  expect(all).toBe(MOST);
});

it('counts one that is large as several, which those after it wait for, and which waits no longer itself', () => {
  const pace = new StartPace(MOST);
  const large = MOST / 60;
  const some = (starts: number, now: number) =>
    Array.from({ length: starts }, () => pace.take('org_1', large, now)).filter(Boolean).length;
  expect(some(100, NOW)).toBe(60);
  expect(pace.take('org_1', 1, NOW)).toBe(false);
  expect(made(pace, 'org_2', 5, NOW)).toBe(5);
  // A second gives as many as one of them counts as; the next one begins with the first of these.
  expect(pace.take('org_1', large, NOW + 20)).toBe(true);
  expect(pace.take('org_1', 1, NOW + 999)).toBe(false);
  expect(pace.take('org_1', 1, NOW + 1_040)).toBe(true);
});

it('a clock that is set back neither gives nor takes', () => {
  const pace = new StartPace(MOST);
  expect(made(pace, 'org_1', MOST - 1, NOW)).toBe(MOST - 1);
  expect(made(pace, 'org_1', 5, NOW - 3_600_000)).toBe(1);
  expect(made(pace, 'org_1', 5, NOW - 3_600_000 + 60_000)).toBe(5);
});
