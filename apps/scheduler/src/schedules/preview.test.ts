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

test('the local time of a year with five digits is whole', async () => {
  const { runs } = await previewOf({ cron: '* * * * *', count: 1, from: '9999-12-31T23:59:59Z' }, 0);
  expect(runs).toEqual([{ at: '+010000-01-01T00:00:00.000Z', local: '+010000-01-01T00:00:00', note: null }]);
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
