import { setImmediate as turn } from 'node:timers/promises';
import { previewOf } from './preview.js';

test('other work has a turn between the times of a preview: each of a rare schedule takes long to find', async () => {
  const count = 20;
  const preview = previewOf({ cron: '0 0 29 2 *', count }, Date.UTC(2026, 10, 26));
  let turns = 0;
  let ended = false;
  void preview.finally(() => (ended = true));
  while (!ended) {
    await turn();
    turns++;
  }
  expect((await preview).runs).toHaveLength(count);
  expect(turns).toBeGreaterThanOrEqual(count);
});

test('a preview ends with the year 9999, and what the clocks of a zone show then is whole', async () => {
  const minutely = { cron: '* * * * *', count: 1 };
  const ahead = await previewOf({ ...minutely, timezone: 'Pacific/Kiritimati', from: '9999-12-31T23:58:00Z' }, 0);
  expect(ahead.runs).toEqual([{ at: '9999-12-31T23:59:00.000Z', local: '+010000-01-01T13:59:00', note: null }]);
  expect((await previewOf({ ...minutely, from: '9999-12-31T23:59:59Z' }, 0)).runs).toEqual([]);
});

test('an empty preview says why, and days of which either is enough are said as saving does', async () => {
  const now = Date.UTC(2026, 11, 1);
  const over = { cron: '@daily', end_at: '2026-11-30T00:00:00Z' };
  expect(await previewOf(over, now)).toMatchObject({
    runs: [],
    warnings: [{ severity: 'warning', code: 'schedule_over', path: 'end_at' }],
  });
  expect((await previewOf({ ...over, from: '2026-11-01T00:00:00Z' }, now)).warnings).toEqual([]);
  expect((await previewOf({ cron: '0 9 13 * FRI' }, now)).warnings).toMatchObject([
    { code: 'cron_either_day', path: 'cron' },
  ]);
});

test('the whole config of a schedule can be previewed, and all that is wrong with it is said at once', async () => {
  const more = { jitter: '5m', overlap: 'skip', catch_up: 'all', catch_up_window: '2h', input: { a: 1 } };
  const times = { cron: '0 9 * * *', timezone: 'Europe/Berlin', count: 1 };
  expect(await previewOf({ ...times, ...more }, 0)).toEqual(await previewOf(times, 0));
  const wrong = { cron: '99 9 * * *', timezone: 'Berlin', jitter: '2h', overlap: 'maybe' };
  const issues = ['cron', 'timezone', 'jitter', 'overlap'].map((path) => expect.objectContaining({ path }) as unknown);
  await expect(previewOf(wrong, 0)).rejects.toMatchObject({ details: { issues: expect.arrayContaining(issues) } });
});
