import { ExpressionError } from '../errors.js';
import { compileExpression } from '../expression.js';

const evaluate = (text: string): unknown => compileExpression(text).evaluate({}, { now: 1_740_830_400_000 });

test.each<[string, unknown]>([
  ['now()', '2025-03-01T12:00:00.000Z'],
  ['today("America/New_York")', '2025-03-01'],
  // Reading.
  ['date("2025-03-01")', '2025-03-01T00:00:00.000Z'],
  ['date("2025-03-01 09:30")', '2025-03-01T09:30:00.000Z'],
  ['date("2025-03-01T09:30:15.5+01:30")', '2025-03-01T08:00:15.500Z'],
  ['date("2025-03-01T09:30:15.123456Z")', '2025-03-01T09:30:15.123Z'],
  ['date("2025-03-01T00:00:00-05")', '2025-03-01T05:00:00.000Z'],
  ['date("2024-02-29")', '2024-02-29T00:00:00.000Z'],
  ['date("0099-01-01")', '0099-01-01T00:00:00.000Z'],
  ['date(1740830400)', '2025-03-01T12:00:00.000Z'],
  ['date(1740830400000)', '2025-03-01T12:00:00.000Z'],
  ['date(-1)', '1969-12-31T23:59:59.000Z'],
  // Clock changes in Berlin: 30 March 2025 02:00 to 03:00, 26 October 2025 03:00 to 02:00.
  ['date("2025-03-30T02:30", "Europe/Berlin")', '2025-03-30T01:30:00.000Z'],
  ['date("2025-10-26T02:30", "Europe/Berlin")', '2025-10-26T00:30:00.000Z'],
  ['date("2025-03-30T01:59", "Europe/Berlin")', '2025-03-30T00:59:00.000Z'],
  ['date("2025-03-30T03:00", "Europe/Berlin")', '2025-03-30T01:00:00.000Z'],
  ['addTime("2025-03-29T12:00:00Z", 1, "day", "Europe/Berlin")', '2025-03-30T11:00:00.000Z'],
  ['addTime("2025-03-29T12:00:00Z", 24, "hours", "Europe/Berlin")', '2025-03-30T12:00:00.000Z'],
  ['startOf("2025-03-30T12:00:00Z", "day", "Europe/Berlin")', '2025-03-29T23:00:00.000Z'],
  ['startOf("2025-10-27T12:00:00Z", "week", "America/New_York")', '2025-10-27T04:00:00.000Z'],
  ['date("2025-06-01T00:00", "Asia/Kathmandu")', '2025-05-31T18:15:00.000Z'],
  // Calendar arithmetic.
  ['addTime("2024-02-29", 1, "year")', '2025-02-28T00:00:00.000Z'],
  ['addTime("2025-01-31", -2, "months")', '2024-11-30T00:00:00.000Z'],
  ['addTime("2025-01-31", 1, "quarter")', '2025-04-30T00:00:00.000Z'],
  ['addTime("2025-01-01", 1.5, "h")', '2025-01-01T01:30:00.000Z'],
  ['addTime("2025-01-01", -1, "week")', '2024-12-25T00:00:00.000Z'],
  ['diff("2025-01-02", "2025-01-01", "days")', 1],
  ['diff("2025-01-01", "2025-01-02T12:00", "days")', -1.5],
  ['diff("2025-02-28", "2025-01-31", "months")', 0],
  ['diff("2025-03-31", "2025-01-31", "months")', 2],
  ['diff("2020-01-01", "2025-06-01", "years")', -5],
  ['startOf("2025-05-17T10:20:30.4Z", "quarter")', '2025-04-01T00:00:00.000Z'],
  ['startOf("2025-05-17T10:20:30.4Z", "minute")', '2025-05-17T10:20:00.000Z'],
  ['datePart("2025-03-02", "weekday")', 7],
  ['datePart("2025-03-01T23:30:00Z", "day", "Asia/Tokyo")', 2],
  // Formats.
  [
    'formatDate("2025-03-01T15:04:05.006Z", "YY/M/D H:m:s.SSS hh A a Z ZZ X")',
    '25/3/1 15:4:5.006 03 PM pm +00:00 +0000 1740841445',
  ],
  ['formatDate("2025-03-01T15:04:05Z", "yyyy-MM-dd HH:mm", "Asia/Tokyo")', '2025-03-02 00:04'],
  ['formatDate("2025-07-01T12:00:00Z", "[at] HH:mm Z [daily]", "America/New_York")', 'at 08:00 -04:00 daily'],
  ['formatDate("2025-03-01", "ddd D MMM")', 'Sat 1 Mar'],
  ['date("2025-03-01") < now()', true],
])('%s gives %s', (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

test.each([
  'date("2025-02-29")',
  'date("2025-13-01")',
  'date("2025-01-01T24:00")',
  'date("01.03.2025")',
  'date("yesterday")',
  'date("")',
  'date("2025-03-01T09:30+25:00")',
  'date("2025-03-01", "Mars/Phobos")',
  'date("2025-03-01", "")',
  'addTime("2025-01-01", 1, "fortnight")',
  'addTime("2025-01-01", 1.5, "months")',
  'formatDate("2025-01-01", "Q")',
  'datePart("2025-01-01", "century")',
])('%s is an E_VALUE with a hint or a plain message', (text) => {
  expect(() => evaluate(text)).toThrow(expect.objectContaining({ code: 'E_VALUE' }) as ExpressionError);
});

test('time and randomness come from the caller only, and are the same again', () => {
  const draws = [0.1, 0.9, 0.5];
  const options = (): object => {
    let at = 0;
    return { now: '2025-03-01T12:00:00Z', random: () => draws[at++ % 3] as number };
  };
  const program = compileExpression('[now(), uuid(), random(), randomInt(1, 6)]');
  const first = program.evaluate({}, options());
  expect(program.evaluate({}, options())).toEqual(first);
  expect((first as string[])[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
