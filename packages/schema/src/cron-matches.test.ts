import { CronExpressionParser } from 'cron-parser';
import { CronMatches } from './cron-matches.js';

const FIELDS: readonly (readonly string[])[] = [
  ['0', '59', '7,30', '*/20', '*'],
  ['0', '59', '5-10', '*/7', '*'],
  ['0', '23', '9-17', '*/24', '*/5', '*'],
  ['*', '29', '31', 'L', '1,15', '1-7', '30', 'L,3', '*/2'],
  ['*', '2', 'FEB,APR', '12', '1-6', '*/5'],
  ['*', '5L', '5#5', '1#1', 'SUN', '7', 'MON-FRI', '1,5L', '0,6', '*/2'],
];
const FROM = [
  '2026-04-24T00:00:00Z',
  '2026-12-31T23:59:59.999Z',
  '2027-02-28T23:59:59Z',
  '2096-02-29T12:30:15Z',
  '1969-12-30T23:00:00Z',
];

/** One of each field, so that each number names an expression. */
function expressionOf(number: number): string {
  let rest = number;
  const fields = FIELDS.map((choices) => {
    const choice = choices[rest % choices.length];
    rest = Math.floor(rest / choices.length);
    return choice;
  });
  return fields.join(' ');
}

const COUNT = FIELDS.reduce((product, { length }) => product * length, 1);

it('finds what cron-parser finds, of every kind of field beside every other', () => {
  const differ: unknown[] = [];
  let compared = 0;
  for (let number = 0; number < COUNT; number += 61) {
    const text = expressionOf(number);
    let expression;
    try {
      expression = CronExpressionParser.parse(text, { tz: 'UTC' });
    } catch {
      expect(() => new CronMatches(text)).toThrow();
      continue;
    }
    const from = Date.parse(FROM[number % FROM.length] ?? '');
    expression.reset(new Date(Math.floor(from / 1_000) * 1_000));
    const found = new CronMatches(text).after(from);
    const expected = expression.next().getTime();
    compared++;
    if (found !== expected)
      differ.push({ text, from: new Date(from), found: found && new Date(found), expected: new Date(expected) });
  }
  expect(compared).toBeGreaterThan(500);
  expect(differ).toEqual([]);
});

it.each(['@yearly', '@monthly', '@weekly', '@daily', '@hourly', '@minutely', '@secondly', '@weekdays', '@weekends'])(
  'finds what cron-parser finds of %s',
  (name) => {
    const at = Date.parse('2027-12-31T22:59:59Z');
    const expression = CronExpressionParser.parse(name, { tz: 'UTC', currentDate: new Date(at) });
    const matches = new CronMatches(name);
    for (let n = 0, found: number | null = at; n < 20; n++) {
      found = matches.after(found ?? Number.NaN);
      expect(found).toBe(expression.next().getTime());
    }
  },
);

it('looks for a rare day by numbers alone', () => {
  const dates = jest.spyOn(Date, 'UTC');
  // A fifth Friday in February: not in 2100, which is no leap year.
  const found = new CronMatches('0 0 0 * 2 5#5').after(Date.parse('2096-03-01'));
  expect(found).toBe(Date.parse('2104-02-29T00:00:00Z'));
  // Two for each February that is looked at.
  expect(dates.mock.calls.length).toBeLessThanOrEqual(2 * 9);
  dates.mockRestore();
});
