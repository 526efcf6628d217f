import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { describeOnSmallDisk } from './small-disk.js';
import { LONG, PLACES, SmallDiskPlatform } from './small-disk-platform.js';

/*
 * A platform whose data are on a small file system is filled to the last byte by others, under a stream of starts, and freed. Nothing
 * that was accepted may be lost, failed or without its events; refusals are clear; it comes back without a person.
 */

const DISK_MEBIBYTES = 320;
/** Below the reserve of 10 %: starts are refused, what runs has room. */
const INSIDE_RESERVE_MEBIBYTES = 20;
/** Long enough for a write error, and in the whole campaign for more deliveries of an execution than it once had. */
const FULL_FOR_MS = LONG ? 60_000 : 8_000;
const MOST_STARTS = LONG ? 12_000 : 3_000;
const FEWEST_REFUSALS = 20;

const DOCUMENT = {
  name: 'Full disk',
  trigger: { type: 'webhook' },
  steps: [
    { id: 'double', type: 'transform', config: { output: '{{input.n * 2}}' } },
    { id: 'pause', type: 'wait', config: { duration: '1s' } },
    { id: 'again', type: 'transform', config: { output: '{{double.output * 2}}' } },
  ],
  output: { n: '{{again.output}}' },
};

/** What is on the small disk. */
const places = LONG ? Object.values(PLACES) : [PLACES.everything];

describeOnSmallDisk().each(places)('with $name on a disk that others fill', ({ path }) => {
  let platform: SmallDiskPlatform;
  const count = () => platform.count();

  beforeAll(async () => {
    platform = await SmallDiskPlatform.start({ path, mebibytes: DISK_MEBIBYTES, document: DOCUMENT });
    const padding = 'x'.repeat(2_000);
    const [webhook, call] = [platform.byWebhook((n) => ({ n, padding })), platform.byApi((n) => ({ n, padding }))];
    platform.begin(MOST_STARTS, [webhook, call, webhook, call]);
  }, 300_000);

  afterAll(() => platform?.remove(), 120_000);

  it('refuses starts as STORAGE_FULL while the reserve is left, and runs what it has accepted', async () => {
    const { starts, disk } = platform;
    await eventually('starts are accepted', () => count().accepted > 20 || undefined);
    disk.fillTo(INSIDE_RESERVE_MEBIBYTES);
    await eventually('starts are refused', () => starts.refused.length > 10 || undefined, { lastSeen: count });
    expect(starts.refused.filter(({ status, code }) => status !== 503 || code !== 'STORAGE_FULL')).toEqual([]);
    expect(starts.refused.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([]);
    // Each service looks for itself, so that the gateway may notice after another one has refused.
    expect(await platform.reportedFull()).toEqual({ status: 200, detail: expect.stringContaining('free') });
    for (const id of [...starts.accepted.values()].slice(-5))
      expect((await platform.api.ended(id)).status).toBe('completed');
    disk.free();
    const before = count().accepted;
    await eventually('starts are accepted again', () => count().accepted > before + 10 || undefined, {
      lastSeen: count,
    });
  });

  it('refuses clearly, or not at all, when not a byte is left, and comes back by itself', async () => {
    const { disk } = platform;
    await eventually('executions are under way', () => count().accepted > 60 || undefined, { lastSeen: count });
    disk.fillTo(0);
    const before = count();
    // What is freed meanwhile is taken as well: others fill disks too.
    for (const end = Date.now() + FULL_FOR_MS; Date.now() < end; await sleep(100)) disk.fillTo(0);
    // Callers that hang are refused a few times at most in so long.
    expect(count().refused - before.refused).toBeGreaterThan(FEWEST_REFUSALS);
    await platform.backAfter(() => disk.free());
    platform.expectClearRefusals();
  });

  it('has completed all that it accepted, with every step', async () => {
    await platform.expectAllCompleted((n) => ({ n: 4 * n }), ['double', 'pause', 'again']);
  }, 240_000);
});
