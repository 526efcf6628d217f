import { FIELD_LIMITS } from './limits.js';
import { checkTimezone } from './schedule.js';
import { validateWorkflow } from './validate-workflow.js';

function problemsOf(config: object): [string, string | undefined, string | undefined][] {
  const document = { name: 'x', trigger: { type: 'schedule', config }, steps: [{ id: 'a', type: 'stop' }] };
  return validateWorkflow(document).problems.map((one) => [one.code, one.path, one.hint]);
}

describe('a schedule', () => {
  it.each([
    '0 9 * * MON-FRI',
    '*/15 * * * *',
    '0 0 29 2 *',
    '0 0 L * *',
    '30 0 9 * * mon,wed',
    '0 0 1 JAN-MAR *',
    '  5 4 * * 7 ',
    '@daily',
    '@midnight',
    '@hourly',
    '@yearly',
  ])('may be %p', (cron) => {
    expect(problemsOf({ cron })).toEqual([]);
  });

  it.each([
    '61 * * * *',
    '* * * *',
    '* * * * * * *',
    '0 9 * * MUN',
    '5-1 * * * *',
    '*/0 * * * *',
    'tomorrow',
    '@reboot',
    'H * * * *',
    'H(0-5) * * * *',
  ])('cannot be %p', (cron) => {
    expect(problemsOf({ cron })).toMatchObject([['invalid_cron', 'trigger.config.cron', expect.any(String)]]);
  });

  it.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *'])('that never comes due is an error: %p', (cron) => {
    expect(problemsOf({ cron })).toMatchObject([['cron_never', 'trigger.config.cron', expect.any(String)]]);
  });

  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3'])(
    'knows the time zone %p',
    (timezone) => {
      expect(problemsOf({ cron: '@daily', timezone })).toEqual([]);
    },
  );

  it.each([
    ['Berlin', 'Did you mean "Europe/Berlin"?'],
    ['Europe/Berln', 'Did you mean "Europe/Berlin"?'],
    ['New York', 'Did you mean "America/New_York"?'],
    ['+01:00', expect.stringMatching(/^Name a place, .*; the same offset all year is "Etc\/GMT-1"\.$/)],
    ['GMT+2', expect.stringContaining('"Etc/GMT-2"')],
    ['UTC-3', expect.stringContaining('"Etc/GMT+3"')],
    ['-0500', expect.stringContaining('"Etc/GMT+5"')],
    ['+05:30', 'Use an IANA name such as "Europe/Berlin", or "UTC".'],
    ['+99:00', 'Use an IANA name such as "Europe/Berlin", or "UTC".'],
    ['Mars/Olympus', 'Use an IANA name such as "Europe/Berlin", or "UTC".'],
  ])('does not know the time zone %p', (timezone, hint) => {
    expect(problemsOf({ cron: '@daily', timezone })).toEqual([['unknown_timezone', 'trigger.config.timezone', hint]]);
  });

  it.each(['PST', 'EST', 'BST', 'ist'])(
    'is warned of the abbreviation %s, and for which zone it is taken',
    (timezone) => {
      const zone = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
      expect(zone).toContain('/');
      expect(problemsOf({ cron: '@daily', timezone })).toEqual([
        [
          'timezone_abbreviation',
          'trigger.config.timezone',
          expect.stringMatching(new RegExp(`^Name the place .*; to keep this zone, write "${zone}"\\.$`)),
        ],
      ]);
    },
  );

  it.each(['GMT', 'utc', 'UCT'])('takes %s without a warning', (timezone) => {
    expect(problemsOf({ cron: '@daily', timezone })).toEqual([]);
  });

  it('asks the host for no time zone that is too long to be one', () => {
    const asked = jest.spyOn(Intl, 'DateTimeFormat');
    const listed = jest.spyOn(Intl, 'supportedValuesOf');
    const longest = 'a'.repeat(FIELD_LIMITS.timezoneLength);
    const check = (name: string): void =>
      checkTimezone(name, [], ({ hint }) => typeof hint === 'function' && hint(() => undefined));
    check(`${longest}a`);
    expect([asked.mock.calls, listed.mock.calls]).toEqual([[], []]);
    check(longest);
    expect([asked.mock.calls.length, listed.mock.calls.length]).toEqual([1, 1]);
    jest.restoreAllMocks();
  });

  it('has a cron expression or an interval, not both and not neither', () => {
    expect(problemsOf({ interval: '15m' })).toEqual([]);
    expect(problemsOf({ interval: '15m', cron: '@daily' })).toMatchObject([
      ['invalid_value', 'trigger.config', expect.any(String)],
    ]);
    expect(problemsOf({})).toMatchObject([['invalid_value', 'trigger.config', expect.any(String)]]);
  });

  it.each([
    [{ interval: '500ms' }, 'trigger.config.interval'],
    [{ cron: '@daily', jitter: '2h' }, 'trigger.config.jitter'],
    [{ cron: '@daily', catch_up_window: '2d' }, 'trigger.config.catch_up_window'],
    [{ cron: '@daily', start_at: '2026-12-01T09:00:00Z', end_at: '2026-12-01T09:00:00Z' }, 'trigger.config.end_at'],
    [{ cron: '@daily', start_at: '2026-12-01T09:00:00' }, 'trigger.config.start_at'],
    [{ cron: '@daily', overlap: 'buffer_two' }, 'trigger.config.overlap'],
  ])('is bounded: %j', (config, path) => {
    expect(problemsOf(config).map(([code, at]) => [code, at])).toEqual([['invalid_value', path]]);
  });

  it('may have a period, jitter and a window', () => {
    const period = { start_at: '2026-12-01T09:00:00+01:00', end_at: '2026-12-02T09:00:00Z' };
    expect(problemsOf({ interval: 1, ...period, jitter: '1h', catch_up_window: '24h', overlap: 'skip' })).toEqual([]);
  });
});

describe('a schedule of which several things are wrong', () => {
  const paths = (config: object) => problemsOf(config).map(([, path]) => path);

  it('has all of them said at once, each with its path', () => {
    const wrong = {
      cron: '99 * * * *',
      timezone: 'Berlin',
      start_at: '2026-12-02T00:00:00Z',
      end_at: '2026-12-01T00:00:00Z',
      jitter: '2h',
      catch_up: 'some',
      catch_up_window: '3d',
      overlap: 'maybe',
      every: 1,
    };
    const expected = ['cron', 'timezone', 'end_at', 'jitter', 'catch_up', 'catch_up_window', 'overlap', 'every'];
    expect(paths(wrong).sort()).toEqual(expected.map((field) => `trigger.config.${field}`).sort());
  });

  it('has what its fields are in themselves said beside what they are together', () => {
    expect(paths({ interval: '10ms', start_at: 'soon', timezone: 'Berlin' }).sort()).toEqual([
      'trigger.config.interval',
      'trigger.config.start_at',
      'trigger.config.timezone',
    ]);
    expect(paths({ timezone: 'Berlin', overlap: 'maybe' }).sort()).toEqual([
      'trigger.config',
      'trigger.config.overlap',
      'trigger.config.timezone',
    ]);
    expect(paths({ cron: '99 * * * *', interval: '10ms', end_at: 5 }).sort()).toEqual([
      'trigger.config',
      'trigger.config.cron',
      'trigger.config.end_at',
      'trigger.config.interval',
    ]);
  });

  it('is not said to lack what is there and wrong', () => {
    expect(paths({ cron: 5 })).toEqual(['trigger.config.cron']);
    expect(paths({ interval: [], cron: 7 }).sort()).toEqual([
      'trigger.config',
      'trigger.config.cron',
      'trigger.config.interval',
    ]);
    expect(paths({})).toEqual(['trigger.config']);
  });
});

describe('a schedule that starts nothing any more', () => {
  const now = Date.parse('2026-12-01T10:00:00Z');
  const warningsOf = (config: object): unknown[] => {
    const document = { name: 'x', trigger: { type: 'schedule', config }, steps: [{ id: 'a', type: 'stop' }] };
    return validateWorkflow(document, { now }).problems.map(({ severity, code, path }) => [severity, code, path]);
  };

  it.each([
    [{ cron: '@daily', end_at: '2026-12-01T09:00:00Z' }],
    [{ interval: '1s', end_at: '2026-12-01T10:59:59+01:00' }],
    [{ interval: '1d', end_at: '2026-12-01T23:00:00Z' }],
    [{ interval: '2d', start_at: '2026-11-30T12:00:00Z', end_at: '2026-12-02T11:00:00Z' }],
    [{ cron: '0 9 * * *', end_at: '2026-12-02T08:59:00Z' }],
    [{ cron: '0 9 * * *', timezone: 'Asia/Tokyo', end_at: '2026-12-01T23:59:00Z' }],
    [{ cron: '0 0 1 1 *', start_at: '2027-01-02T00:00:00Z', end_at: '2027-12-31T00:00:00Z' }],
    [{ cron: '@midnight', start_at: '2027-01-02T00:00:01Z', end_at: '2027-01-02T23:00:00Z' }],
  ])('gets a warning: %j', (config) => {
    expect(warningsOf(config)).toEqual([['warning', 'schedule_over', 'trigger.config.end_at']]);
  });

  it.each([
    [{ cron: '@daily' }],
    [{ cron: '@daily', end_at: '2026-12-02T00:00:00Z' }],
    [{ interval: '1d', end_at: '2026-12-02T00:00:00Z' }],
    [{ interval: '2d', start_at: '2026-11-30T12:00:00Z', end_at: '2026-12-02T12:00:00Z' }],
    [{ interval: '9d', start_at: '2027-01-01T00:00:00Z', end_at: '2027-01-01T00:00:01Z' }],
    [{ cron: '0 9 * * *', timezone: 'Asia/Tokyo', end_at: '2026-12-02T00:00:00Z' }],
    // Clocks skip 2:30: it is due at 3:00, when the schedule begins.
    [
      {
        cron: '30 2 * * *',
        timezone: 'Europe/Berlin',
        start_at: '2027-03-28T01:00:00Z',
        end_at: '2027-03-28T01:00:01Z',
      },
    ],
  ])('is not what this is: %j', (config) => {
    expect(warningsOf(config)).toEqual([]);
  });

  it('is none beside what is wrong with its times', () => {
    expect(warningsOf({ cron: 'x', end_at: '2026-12-03T00:00:00Z' })).toMatchObject([
      ['error', 'invalid_cron', expect.any(String)],
    ]);
  });
});
