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
