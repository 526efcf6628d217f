import { changesOf, EXPRESSIONS, MACROS, walk } from '../../test/minute-walker.fixture.js';
import { CronTimes } from './cron-times.js';
import type { Occurrence } from './occurrence.js';
import { TimeZone } from './time-zone.js';

const HOUR = 60 * 60 * 1_000;

/** Zones whose clocks are changed by an hour, by half of one, at midnight, and around Ramadan; all zones in the long suite. */
const ZONES =
  process.env['MILLRACE_LONG'] === '1'
    ? Intl.supportedValuesOf('timeZone')
    : ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Africa/Casablanca', 'Asia/Beirut'];

function between(cron: string, zone: string, from: number, to: number): number[] {
  const times = new CronTimes(cron, zone);
  const due: number[] = [];
  let next: Occurrence | null = times.after(from - 1);
  for (; next !== null && next.at < to; next = times.after(next.at)) due.push(next.at);
  return due;
}

function local(at: string, cron: string, zone: string, count: number): string[] {
  const times = new CronTimes(cron, zone);
  const shown: string[] = [];
  let instant = Date.parse(at);
  for (let n = 0; n < count; n++) {
    const next = times.after(instant);
    if (next === null) break;
    instant = next.at;
    shown.push(`${new Date(instant).toISOString().slice(0, 16)}${next.note === null ? '' : ` ${next.note}`}`);
  }
  return shown;
}

describe('around every change of the clocks, a minute walker finds the same times', () => {
  test.each(ZONES)('in %s', (zone) => {
    const changes = changesOf(zone);
    const around = process.env['MILLRACE_LONG'] === '1' ? changes : changes.slice(0, 4);
    for (const change of around) {
      const [from, to] = [change - 30 * HOUR, change + 30 * HOUR];
      const walked = walk(EXPRESSIONS, zone, from, to);
      const found = EXPRESSIONS.map(({ cron }) => ({ cron, due: between(cron, zone, from, to) }));
      expect(found).toEqual(EXPRESSIONS.map(({ cron }, place) => ({ cron, due: walked[place] })));
    }
  });
});

describe('the macros are due when a minute walker finds them', () => {
  const zones = ['Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Beirut'];

  test.each(zones)('around changes of the clocks in %s', (zone) => {
    for (const change of changesOf(zone).slice(0, 2)) {
      const [from, to] = [change - 30 * HOUR, change + 30 * HOUR];
      const walked = walk(MACROS, zone, from, to);
      const found = MACROS.map(({ cron }) => ({ cron, due: between(cron, zone, from, to) }));
      expect(found).toEqual(MACROS.map(({ cron }, place) => ({ cron, due: walked[place] })));
    }
  });

  test('and @secondly is each second, also of an hour that clocks show twice', () => {
    for (const change of ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z'].map(Date.parse)) {
      const seconds = Array.from({ length: 6 }, (_, n) => change + (n - 3) * 1_000);
      expect(between('@secondly', 'Europe/Berlin', change - 3_000, change + 3_000)).toEqual(seconds);
    }
  });
});

describe('a search may begin at any moment around a change', () => {
  test.each(['Europe/Berlin', 'Australia/Lord_Howe'])('in %s', (zone) => {
    for (const change of changesOf(zone).slice(0, 2)) {
      const [from, to] = [change - 3 * HOUR, change + 3 * HOUR];
      const walked = walk(EXPRESSIONS, zone, from, change + 30 * HOUR);
      for (const [place, expression] of EXPRESSIONS.entries()) {
        const due = walked[place] ?? [];
        const times = new CronTimes(expression.cron, zone);
        for (let at = from; at < to; at += 7 * 60_000) {
          const expected = due.find((one) => one > at);
          const found = times.after(at)?.at;
          if (expected !== undefined || (found ?? Infinity) < change + 30 * HOUR)
            expect({ cron: expression.cron, at, found }).toEqual({ cron: expression.cron, at, found: expected });
        }
      }
    }
  });
});

describe('what clocks skip or repeat', () => {
  test('a step that is one hour of the day is that hour: in a gap it is at its end', () => {
    // Clocks in Cairo skip midnight on the last Friday of April.
    expect(local('2026-01-01T00:00:00Z', '5 7 */24 * 4 5L', 'Africa/Cairo', 2)).toEqual([
      '2026-04-23T22:00 dst_shifted',
      '2027-04-29T22:00 dst_shifted',
    ]);
  });

  test('an hour that is open is looked for behind one gap, and not behind those of a hundred years', () => {
    const asked = jest.spyOn(TimeZone.prototype, 'transitionAround');
    expect(local('2026-01-01T00:00:00Z', '5 7 */23 * 4 5L', 'Africa/Cairo', 1)).toEqual(['2026-04-24T20:07']);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(3);
    asked.mockRestore();
  });

  test('a time that is skipped is at the end of the gap, once', () => {
    expect(local('2026-03-28T12:00:00Z', '30 2 * * *', 'Europe/Berlin', 2)).toEqual([
      '2026-03-29T01:00 dst_shifted',
      '2026-03-30T00:30',
    ]);
  });

  test('Lord Howe, where clocks are changed by half an hour, loses no day', () => {
    expect(local('2026-10-02T20:00:00Z', '15 2 * * *', 'Australia/Lord_Howe', 2)).toEqual([
      '2026-10-03T15:30 dst_shifted',
      '2026-10-04T15:15',
    ]);
  });

  test('a time that is repeated is the first one', () => {
    expect(local('2026-10-24T12:00:00Z', '30 2 * * *', 'Europe/Berlin', 2)).toEqual([
      '2026-10-25T00:30 dst_repeated',
      '2026-10-26T01:30',
    ]);
  });

  test('a time that is repeated has the same note where it is due both times, each with its instant', () => {
    expect(local('2026-10-24T23:00:00Z', '*/30 2 * * *', 'Europe/Berlin', 5)).toEqual([
      '2026-10-25T00:00 dst_repeated',
      '2026-10-25T00:30 dst_repeated',
      '2026-10-25T01:00 dst_repeated',
      '2026-10-25T01:30 dst_repeated',
      '2026-10-26T01:00',
    ]);
  });

  test('every hour is every hour', () => {
    expect(local('2026-10-24T23:30:00Z', '0 * * * *', 'Europe/Berlin', 4)).toEqual([
      '2026-10-25T00:00 dst_repeated',
      '2026-10-25T01:00 dst_repeated',
      '2026-10-25T02:00',
      '2026-10-25T03:00',
    ]);
  });
});

describe('an expression', () => {
  test.each([
    ['0 9 * * MON-FRI', '2026-11-27T10:00:00Z', '2026-11-30T09:00'],
    ['*/10 * * * * *', '2026-11-27T10:00:59.500Z', '2026-11-27T10:01'],
    ['0 0 29 2 *', '2026-11-27T10:00:00Z', '2028-02-29T00:00'],
    ['0 12 13 * FRI', '2026-11-26T10:00:00Z', '2026-11-27T12:00'],
    ['@monthly', '2026-11-27T10:00:00Z', '2026-12-01T00:00'],
    ['@midnight', '2026-11-27T10:00:00Z', '2026-11-28T00:00'],
    ['0 0 L * *', '2026-11-27T10:00:00Z', '2026-11-30T00:00'],
  ])('%s is due after %s at %s', (cron, after, at) => {
    expect(local(after, cron, 'UTC', 1)).toEqual([at]);
  });

  test.each([
    // A Friday; midnight in New York is 05:00 of UTC in winter.
    ['@yearly', 'America/New_York', '2027-01-01T05:00'],
    ['@annually', 'America/New_York', '2027-01-01T05:00'],
    ['@weekly', 'America/New_York', '2026-11-29T05:00'],
    ['@weekdays', 'America/New_York', '2026-11-30T05:00'],
    ['@weekends', 'America/New_York', '2026-11-28T05:00'],
    // 45 minutes more than whole hours.
    ['@hourly', 'Asia/Kathmandu', '2026-11-27T10:15'],
    ['@minutely', 'Asia/Kathmandu', '2026-11-27T10:01'],
  ])('%s in %s is due next at %s', (cron, zone, at) => {
    expect(local('2026-11-27T10:00:30Z', cron, zone, 1)).toEqual([at]);
  });

  test('with half seconds passed is due at the next whole one, and never at the one it is asked after', () => {
    const times = new CronTimes('* * * * * *', 'Europe/Berlin');
    expect(times.after(1_000_500)?.at).toBe(1_001_000);
    expect(times.after(1_001_000)?.at).toBe(1_002_000);
  });
});
