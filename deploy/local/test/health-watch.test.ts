import { watchHealth, type HealthWatchOptions } from '../src/processes/health-watch.mjs';

const MEGABYTE = 1024 ** 2;

/** A watch that is looked through by hand, and all it did. */
function watched(options: Partial<HealthWatchOptions> = {}) {
  const server = { problem: 'no space left on device' as string | undefined, free: 100 * MEGABYTE };
  const restarts: string[] = [];
  const lines: string[] = [];
  const watch = watchHealth({
    problem: () => Promise.resolve(server.problem),
    space: () => ({ free: server.free, needed: 50 * MEGABYTE }),
    restart: (problem) => Promise.resolve(void restarts.push(problem)),
    log: (line) => void lines.push(line),
    everyMs: 3_600_000,
    patience: 3,
    firstPauseMs: 0,
    ...options,
  });
  const look = async (times: number) => {
    for (let count = 0; count < times; count += 1) await watch.look();
  };
  return { server, restarts, lines, watch, look };
}

test('a server is restarted after it has said several times in a row that it does not work', async () => {
  const { server, restarts, look, watch } = watched();
  await look(2);
  server.problem = undefined;
  await look(1);
  server.problem = 'again';
  await look(2);
  expect(restarts).toEqual([]);
  await look(1);
  expect(restarts).toEqual(['again']);
  watch.stop();
});

test('while the disk is full it is not restarted but waited for, and that is logged once', async () => {
  const { server, restarts, lines, watch, look } = watched();
  server.free = 3 * MEGABYTE;
  await look(20);
  expect(restarts).toEqual([]);
  expect(watch.state()).toBe('no space left on device; restarted when 50 MB of disk are free (now 3 MB)');
  expect(lines).toHaveLength(1);
  server.free = 60 * MEGABYTE;
  await look(1);
  expect(restarts).toHaveLength(1);
  server.problem = undefined;
  await look(1);
  expect(watch.state()).toBeUndefined();
  watch.stop();
});

test('a server that stays ill is restarted again only after a pause', async () => {
  const { restarts, look, watch } = watched({ firstPauseMs: 3_600_000 });
  await look(50);
  expect(restarts).toHaveLength(1);
  expect(watch.state()).toContain('restarted again soon');
  watch.stop();
});

test('the pause before another restart grows up to the longest one, and starts anew after a calm time', async () => {
  let now = 0;
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now);
  try {
    const options = { patience: 1, firstPauseMs: 1_000, longestPauseMs: 3_000, calmMs: 10_000 };
    const { server, restarts, watch } = watched(options);
    const restartsUntil = async (end: number): Promise<number[]> => {
      const at: number[] = [];
      for (; now <= end; now += 500) {
        const before = restarts.length;
        await watch.look();
        if (restarts.length > before) at.push(now);
      }
      return at;
    };
    expect(await restartsUntil(9_000)).toEqual([0, 1_000, 3_000, 6_000, 9_000]);
    server.problem = undefined;
    await restartsUntil(15_000);
    server.problem = 'again';
    expect(await restartsUntil(18_000)).toEqual([15_500]);
    server.problem = undefined;
    await restartsUntil(40_000);
    server.problem = 'once more';
    expect(await restartsUntil(43_500)).toEqual([40_500, 41_500, 43_500]);
    watch.stop();
  } finally {
    clock.mockRestore();
  }
});
