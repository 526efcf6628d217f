import { checkCron } from './cron.js';
import { CronMatches } from './cron-matches.js';
import { FIELD_LIMITS } from './limits.js';

function problemsOf(cron: string): { code: string; message: string; hint: unknown }[] {
  const found: { code: string; message: string; hint: unknown }[] = [];
  checkCron(cron, ['cron'], ({ code, message, hint }) => {
    found.push({ code, message, hint: typeof hint === 'function' ? hint(() => undefined) : hint });
  });
  return found;
}

/** The values of a field, each with the next, of the times at which an expression comes due for a year and more. */
function neighbours(cron: string, field: number): Set<string> {
  const matches = new CronMatches(cron);
  const found = new Set<string>();
  let before: number | undefined;
  for (let at = Date.parse('2026-12-31'), n = 0; n < 1_000 && found.size < 40; n++) {
    at = matches.after(at) ?? Number.NaN;
    const time = new Date(at);
    const values = [
      time.getUTCMinutes(),
      time.getUTCHours(),
      time.getUTCDate(),
      time.getUTCMonth() + 1,
      time.getUTCDay(),
    ];
    const value = [...(cron.split(' ').length > 5 ? [time.getUTCSeconds()] : []), ...values][field];
    if (before !== undefined) found.add(`${before} ${value}`);
    before = value;
  }
  return found;
}

describe('what is wrong with a cron expression', () => {
  it.each([
    ['99 * * * *', 'the minute cannot be "99"', 'It is 0 to 59'],
    ['0 24 * * *', 'the hour cannot be "24"', 'It is 0 to 23'],
    ['0 0 0 * *', 'the day of month cannot be "0"', 'It is 1 to 31, or "L"'],
    ['0 0 1 13 *', 'the month cannot be "13"', 'It is 1 to 12, or JAN to DEC'],
    ['0 0 1 JNA *', 'the month cannot be "JNA"', 'JAN to DEC'],
    ['0 0 * * 8', 'the day of week cannot be "8"', 'SUN to SAT, or 0 to 7'],
    ['0 9 * * MONDAY', 'the day of week cannot be "MONDAY"', 'Write "MON".'],
    ['0 9 1 September *', 'the month cannot be "September"', 'Write "SEP".'],
    ['0 9 * * MUN', 'the day of week cannot be "MUN"', 'SUN to SAT'],
    ['60 0 9 * * *', 'the second cannot be "60"', 'It is 0 to 59'],
    ['10-99 * * * *', 'the minute cannot be "10-99"', 'It is 0 to 59'],
    ['5,99 * * * *', 'the minute cannot be "99"', 'It is 0 to 59'],
    ['L * * * *', 'the minute cannot be "L"', 'It is 0 to 59'],
    ['1,,2 * * * *', 'the minute "1,,2" has an empty place in its list', 'one comma'],
    ['*/0 * * * *', 'the step of the minute "*/0" is no whole number from 1 on', '"*/15"'],
    ['*/2/3 * * * *', 'the step of the minute "*/2/3" is no whole number from 1 on', '"*/15"'],
    ['0,*/15 * * * *', 'the minute "0,*/15" names a value more than once', 'once'],
    ['0 0 LW * *', 'the day of month cannot be "LW"', 'There is no "W"'],
    ['0 0 15W * *', 'the day of month cannot be "15W"', 'There is no "W"'],
    ['0 0 L-1 * *', 'the day of month cannot be "L-1"', 'only the last one has a name, "L"'],
    ['0 0 * * L', 'the day of week cannot be "L"', '"5L" is the last Friday'],
    ['0 0 * * MON#6', 'the day of week cannot be "MON#6"', '1 to 5'],
    ['0 0 * * MON#1,TUE#1', 'the day of week "MON#1,TUE#1" is a list with "#"', 'a trigger of its own'],
  ])('%s: %s', (cron, message, hint) => {
    expect(problemsOf(cron)).toEqual([{ code: 'invalid_cron', message, hint: expect.stringContaining(hint) }]);
  });

  it.each([
    ['@every 5m', 'Write "interval": "5m" in the place of "cron".'],
    ['@everyday', 'Did you mean "@daily"?'],
    ['TZ=Europe/Berlin 0 9 * * *', 'Put it beside "cron": "timezone": "Europe/Berlin".'],
    ['CRON_TZ=UTC 0 9 * * *', 'Put it beside "cron": "timezone": "UTC".'],
  ])('as another program has it, %s: %s', (cron, cure) => {
    const hints = problemsOf(cron).map(({ hint }) => hint);
    expect(hints).toEqual([cure]);
  });

  it.each(['*/90 * * * *', '0 */36 * * *', '0 0 2,*/40 * *', '0/75 * * * * *'])(
    '%s has a step that is longer than its field',
    (cron) => {
      expect(problemsOf(cron)).toMatchObject([
        { code: 'cron_long_step', message: expect.stringContaining('only its first value is left') },
      ]);
    },
  );

  it.each([
    ['*/13 * * * *', 'the step of the minute "*/13" begins anew with each hour: after 52 comes 0', '"13m"'],
    ['5/13 * * * *', 'the step of the minute "5/13" begins anew with each hour: after 57 comes 5', '"13m"'],
    ['*/45 * * * * *', 'the step of the second "*/45" begins anew with each minute: after 45 comes 0', '"45s"'],
    ['0 */5 * * *', 'the step of the hour "*/5" begins anew with each day: after 20 comes 0', '"5h"'],
    ['0 9 */2 * *', 'the step of the day of month "*/2" begins anew with each month: after 31 comes 1', '"2d"'],
    ['0 9 1 */5 *', 'the step of the month "*/5" begins anew with each year: after 11 comes 1', '"1,5,9"'],
    ['0 9 * * */2', 'the step of the day of week "*/2" begins anew with each week: after 6 comes 0', '"2d"'],
  ])('%s is no period, and a warning says so', (cron, message, hint) => {
    expect(problemsOf(cron)).toEqual([{ code: 'cron_uneven_step', message, hint: expect.stringContaining(hint) }]);
    const field = cron.split(' ').findIndex((one) => one.includes('/'));
    const [, last, first] = /after (\d+) comes (\d+)/.exec(message) ?? [];
    expect(neighbours(cron, field)).toContain(`${last} ${first}`);
  });

  it.each([
    '*/15 * * * *',
    '5/15 * * * *',
    '20/15 * * * *',
    '20/13 * * * *',
    '1-50/13 * * * *',
    '0 */6 * * *',
    '0 9 1 */4 *',
  ])('%s has none of that', (cron) => {
    expect(problemsOf(cron)).toEqual([]);
  });

  it('is said of each of its fields, in their order', () => {
    expect(problemsOf('99 25 * * MON').map(({ message }) => message)).toEqual([
      'the minute cannot be "99"',
      'the hour cannot be "25"',
    ]);
  });

  it.each([
    ['0 0 * * FRI-MON', 'FRI-SAT,SUN-MON', [0, 1, 5, 6]],
    ['0 0 * * FRI-SUN', 'FRI-SAT,SUN', [0, 5, 6]],
    ['0 0 * * SAT-TUE', 'SAT,SUN-TUE', [0, 1, 2, 6]],
    ['0 0 * * 7-2', 'SUN-2', [0, 1, 2]],
    ['0 0 * NOV-FEB *', 'NOV-DEC,JAN-FEB', undefined],
    ['0 22-5 * * *', '22-23,0-5', undefined],
  ])('%s goes backwards, and %s is what it means', (cron, cure, weekdays) => {
    const given = cron.split(' ').find((field) => field.length > 1) ?? '';
    expect(problemsOf(cron)).toMatchObject([
      { message: expect.stringContaining(`"${given}" goes backwards`), hint: `A range goes up. Write "${cure}".` },
    ]);
    const cured = cron.replace(given, cure);
    expect(problemsOf(cured)).toEqual([]);
    if (weekdays === undefined) return;
    const matches = new CronMatches(cured);
    const found = new Set<number>();
    for (let at = Date.parse('2026-12-06'), n = 0; n < 14; n++) {
      at = matches.after(at) ?? Number.NaN;
      found.add(new Date(at).getUTCDay());
    }
    expect([...found].sort()).toEqual(weekdays);
  });

  it('has no words of the parser, and costs few of its readings', () => {
    const long = Array.from({ length: FIELD_LIMITS.cronLength }, (_, n) => n).join(',');
    for (const cron of [
      `${long.slice(0, FIELD_LIMITS.cronLength - 10)} * * * *`,
      '- * * * *',
      '1- * * * *',
      '? ?? * * *',
    ])
      for (const { message } of problemsOf(cron)) expect(message).toMatch(/^the (?:minute|hour)/);
  });
});

describe('an expression with a day of month and a day of week', () => {
  it.each(['0 9 1-7 * MON', '0 0 9 13 * FRI', '0 0 L * MON#1'])('%s has a warning that either is enough', (cron) => {
    expect(problemsOf(cron)).toMatchObject([
      { code: 'cron_either_day', message: expect.stringContaining('either of them is enough') },
    ]);
  });

  it.each(['0 9 * * MON', '0 9 ? * MON#1', '0 9 1-7 * ?', '0 9 L * *', '@weekly'])('%s has none', (cron) => {
    expect(problemsOf(cron)).toEqual([]);
  });
});
