import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CronTimes } from './cron-times.js';

/*
 * The forms of cron expressions that docs/schedules.md lists are due when it says.
 */

const page = readFileSync(join(__dirname, '../../../../docs/schedules.md'), 'utf8');
const from = Date.parse(/those after (\S+):/.exec(page)?.[1] ?? '');
const rows = [...page.matchAll(/^\| `([^`]+)` +\| .* \| ([\d-]+), ([\d-]+) \|$/gm)].map(([, cron = '', ...dates]) => ({
  cron,
  dates,
}));

test('the page lists each form', () => {
  expect(rows.map(({ cron }) => cron)).toEqual([
    '0 9 * * MON-FRI',
    '0 9 * * 7',
    '0 9 L * *',
    '0 9 15,L * *',
    '0 9 * * 5L',
    '0 9 * * MON#1',
    '0 9 5 * ?',
    '0 9 5/10 * *',
    '0 9 8-14 * MON',
  ]);
});

test.each(rows)('$cron is due as the page says', ({ cron, dates }) => {
  const times = new CronTimes(cron, 'UTC');
  const first = times.after(from)?.at ?? Number.NaN;
  const second = times.after(first)?.at ?? Number.NaN;
  expect([first, second].map((at) => new Date(at).toISOString())).toEqual(dates.map((date) => `${date}T09:00:00.000Z`));
});

test.each([
  ['0 9 * * FRIL', '0 9 * * 5L'],
  ['0 9 * * fri#3', '0 9 * * 5#3'],
  ['0 9 * jan mon', '0 9 * 1 1'],
  ['0 9 ? * 1', '0 9 * * 1'],
  ['0 0 * * 1-5', '@weekdays'],
  ['0 0 * * 0,6', '@weekends'],
])('%s is %s', (one, other) => {
  const timesOf = (cron: string): (number | undefined)[] => {
    const times = new CronTimes(cron, 'Europe/Berlin');
    const found: (number | undefined)[] = [];
    for (let at: number | undefined = from, n = 0; n < 8; n++) found.push((at = times.after(at ?? Number.NaN)?.at));
    return found;
  };
  expect(timesOf(one)).toEqual(timesOf(other));
});
