import { WorkMeter } from '@millrace/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { registry } from './metrics.js';
import { startWatchdog, Watchdog, type Look } from './watchdog.js';

const calm: Look = { pauseMs: 1, cpuMs: 2, heapUsed: 50, heapLimit: 100, now: 0 };

function watched(meter = new WorkMeter()): { lines: [object, string][]; watchdog: Watchdog; meter: WorkMeter } {
  const lines: [object, string][] = [];
  const logger = { warn: (fields: object, message: string) => void lines.push([fields, message]) };
  return { lines, watchdog: new Watchdog(logger as never, meter), meter };
}

describe('the watchdog', () => {
  it('names the work that held the event loop, and for whom', () => {
    const { lines, watchdog, meter } = watched();
    meter.begin('GetExecution', 'org_b');
    meter.run('evaluating a step', 'org_a', () => {
      const until = performance.now() + 30;
      while (performance.now() < until);
    });
    watchdog.judge({ ...calm, pauseMs: 400, cpuMs: 390 });
    expect(lines).toEqual([
      [
        expect.objectContaining({
          pauseMs: 400,
          work: expect.objectContaining({ what: 'evaluating a step', owner: 'org_a' }),
          underWay: [{ what: 'GetExecution', owner: 'org_b' }],
        }),
        expect.stringContaining('held up everybody else'),
      ],
    ]);
  });

  it('says so when the process just did not get the processor', () => {
    const { lines, watchdog } = watched();
    watchdog.judge({ ...calm, pauseMs: 400, cpuMs: 20 });
    expect(lines.map(([, message]) => message)).toEqual([expect.stringContaining('little of the processor')]);
  });

  it('is silent while nothing is wrong', () => {
    const { lines, watchdog } = watched();
    watchdog.judge(calm);
    watchdog.judge({ ...calm, pauseMs: 150 });
    expect(lines).toEqual([]);
  });

  it('warns of a full heap once in a while, not at every look', () => {
    const { lines, watchdog } = watched();
    for (const now of [0, 100, 200, 10_000]) watchdog.judge({ ...calm, heapUsed: 90, now });
    expect(lines).toHaveLength(2);
  });

  it('sees a real pause, and exports the longest one once', async () => {
    const lines: string[] = [];
    const stop = startWatchdog({ warn: (_fields: object, message: string) => void lines.push(message) } as never);
    try {
      await sleep(150);
      const until = performance.now() + 600;
      while (performance.now() < until);
      await sleep(150);
    } finally {
      stop();
    }
    expect(lines).toContainEqual(expect.stringContaining('event loop paused'));
    const metric = async (name: string): Promise<number> =>
      Number(new RegExp(`^${name}\\S* (\\S+)$`, 'm').exec(await registry.metrics())?.[1]);
    const longest = () => metric('millrace_event_loop_longest_pause_seconds');
    expect(await longest()).toBeGreaterThan(0.4);
    expect(await longest()).toBe(0);
    expect(await metric('millrace_heap_limit_bytes')).toBe(getHeapStatistics().heap_size_limit);
  });
});
