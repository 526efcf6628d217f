import { jitterOf } from './jitter.js';
import { Timetable } from './timetable.js';

const at = (text: string) => Date.parse(text);

function times(config: ConstructorParameters<typeof Timetable>[0], after: string, count: number): string[] {
  const timetable = new Timetable(config);
  const found: string[] = [];
  for (let next = timetable.after(at(after)); next && found.length < count; next = timetable.after(next.at))
    found.push(new Date(next.at).toISOString());
  return found;
}

test('an interval without a start is in step with the epoch', () => {
  expect(times({ interval: '15m', timezone: 'UTC' }, '2026-11-26T10:07:00Z', 2)).toEqual([
    '2026-11-26T10:15:00.000Z',
    '2026-11-26T10:30:00.000Z',
  ]);
});

test('an interval with a start is counted from it, and begins with it', () => {
  const config = { interval: '13h', timezone: 'UTC', start_at: '2026-11-26T10:07:00+01:00' };
  expect(times(config, '2026-11-01T00:00:00Z', 2)).toEqual(['2026-11-26T09:07:00.000Z', '2026-11-26T22:07:00.000Z']);
});

test('nothing is due before the start and after the end, and both belong to it', () => {
  const config = {
    cron: '0 * * * *',
    timezone: 'UTC',
    start_at: '2026-11-26T10:00:00Z',
    end_at: '2026-11-26T12:00:00Z',
  };
  expect(times(config, '2026-11-01T00:00:00Z', 9)).toEqual([
    '2026-11-26T10:00:00.000Z',
    '2026-11-26T11:00:00.000Z',
    '2026-11-26T12:00:00.000Z',
  ]);
});

test('the last time that there is has a year of four digits', () => {
  const config = { cron: '0 0 1 1 *', timezone: 'UTC', start_at: '9998-06-01T00:00:00Z' };
  expect(times(config, '2026-11-26T00:00:00Z', 9)).toEqual(['9999-01-01T00:00:00.000Z']);
  expect(
    times({ interval: '1d', timezone: 'UTC', start_at: '9999-12-31T10:00:00Z' }, '2026-11-26T00:00:00Z', 9),
  ).toEqual(['9999-12-31T10:00:00.000Z']);
});

test('the first time that there is has a year that the calendar reckons with', () => {
  expect(times({ cron: '0 0 1 1 *', timezone: 'UTC' }, '0001-06-01T00:00:00Z', 1)).toEqual([
    '1900-01-01T00:00:00.000Z',
  ]);
  const config = { interval: '1d', timezone: 'UTC', start_at: '0001-06-01T10:00:00Z' };
  expect(times(config, '0001-01-01T00:00:00Z', 1)).toEqual(['1900-01-01T10:00:00.000Z']);
});

test('jitter is the same for the same nominal time, and within its bound', () => {
  const found = Array.from({ length: 200 }, (_, n) => jitterOf('wf_1.0', n * 60_000, 5_000));
  expect(found).toEqual(Array.from({ length: 200 }, (_, n) => jitterOf('wf_1.0', n * 60_000, 5_000)));
  expect(Math.max(...found)).toBeLessThanOrEqual(5_000);
  expect(new Set(found).size).toBeGreaterThan(150);
  expect(jitterOf('wf_1.0', 1, 0)).toBe(0);
});
