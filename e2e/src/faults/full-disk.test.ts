import type { WorkflowResource } from '@millrace/contracts';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api.js';
import { eventually, inParallel } from '../support/eventually.js';
import { platformCommand, readEndpoints } from '../support/platform.js';
import { SmallDisk } from './small-disk.js';
import { Starts, type StartCall } from './starts.js';

/*
 * A platform whose data are on a small file system is filled to the last byte under a stream of starts, and freed. Nothing
 * that was accepted may be lost, failed or without its events; refusals are clear; it comes back without a person.
 */

const DISK_MEBIBYTES = 320;
/** Below the reserve of 10 %: starts are refused, what runs has room. */
const INSIDE_RESERVE_MEBIBYTES = 20;
/** Long enough for a write error, and in the whole campaign for more deliveries of an execution than it once had. */
const FULL_FOR_MS = process.env['MILLRACE_E2E_LONG'] ? 60_000 : 8_000;
const MOST_STARTS = process.env['MILLRACE_E2E_LONG'] ? 12_000 : 3_000;
const FEWEST_REFUSALS = 20;
/** In CI bounds of a hang, since other programs share the machine; what is promised is held by hand, on a quiet one. The tests print how long it took. */
const BACK_WITHIN_MS = process.env['MILLRACE_E2E_LONG'] ? 30_000 : 90_000;
const REFUSED_WITHIN_MS = process.env['MILLRACE_E2E_LONG'] ? 5_000 : 30_000;
const CLEAR = ['STORAGE_FULL', 'SERVICE_UNAVAILABLE'];

/** What is on the small disk. */
const PLACES = process.env['MILLRACE_E2E_LONG']
  ? [
      { name: 'all data', path: '' },
      { name: 'NATS', path: 'data/nats' },
      { name: 'the database', path: 'data/mongodb' },
    ]
  : [{ name: 'all data', path: '' }];

const impossible = SmallDisk.impossible();
// A run of CI that cannot do this must not look as if it had.
if (impossible !== null && process.env['CI']) throw new Error(`full-disk can't run: ${impossible}`);
const suite = impossible === null ? describe.each(PLACES) : describe.skip.each(PLACES);
if (impossible !== null) process.stderr.write(`full-disk is skipped: ${impossible}\n`);

suite('with $name on a disk that fills up', ({ path }) => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-full-disk-'));
  const home = join(root, 'home');
  let disk: SmallDisk;
  let api: ApiClient;
  let base: string;
  let workflow: WorkflowResource;
  let starts: Starts;
  /** Counts of starts at the moment it is read. */
  const count = () => ({ accepted: starts.accepted.size, refused: starts.refused.length });

  beforeAll(async () => {
    mkdirSync(home, { recursive: true });
    disk = SmallDisk.mount(join(home, path), DISK_MEBIBYTES);
    await platformCommand('up', { home, built: true });
    const endpoints = readEndpoints(home);
    base = `${endpoints.api_url.replace(/\/(v1)?$/, '')}/v1`;
    api = new ApiClient(endpoints.token, base);
    workflow = await api.create({
      name: 'Full disk',
      trigger: { type: 'webhook' },
      steps: [
        { id: 'double', type: 'transform', config: { output: '{{input.n * 2}}' } },
        { id: 'pause', type: 'wait', config: { duration: '1s' } },
        { id: 'again', type: 'transform', config: { output: '{{double.output * 2}}' } },
      ],
      output: { n: '{{again.output}}' },
    });
    const json = { 'content-type': 'application/json' };
    const padding = 'x'.repeat(2_000);
    const webhook: StartCall = (n) => ({
      url: `${base}${ApiClient.webhookPath(workflow)}`,
      headers: json,
      body: JSON.stringify({ n, padding }),
    });
    const call: StartCall = (n) => ({
      url: `${base}/workflows/${workflow.id}/execute`,
      headers: { ...json, authorization: `Bearer ${endpoints.token}` },
      body: JSON.stringify({ input: { n, padding } }),
    });
    starts = new Starts([webhook, call, webhook, call], MOST_STARTS);
  }, 300_000);

  afterAll(async () => {
    await starts?.stop();
    await platformCommand('down', { home }).catch(() => undefined);
    if (process.env['MILLRACE_E2E_KEEP']) cpSync(home, `${root}-kept`, { recursive: true });
    disk?.unmount();
    rmSync(root, { recursive: true, force: true });
  }, 120_000);

  it('refuses starts as STORAGE_FULL while the reserve is left, and runs what it has accepted', async () => {
    await eventually('starts are accepted', () => count().accepted > 20 || undefined);
    disk.fillTo(INSIDE_RESERVE_MEBIBYTES);
    await eventually('starts are refused', () => starts.refused.length > 10 || undefined, { lastSeen: count });
    expect(starts.refused.filter(({ status, code }) => status !== 503 || code !== 'STORAGE_FULL')).toEqual([]);
    expect(starts.refused.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([]);
    // Each service looks for itself, so that the gateway may notice after another one has refused.
    const reported = await eventually('the gateway reports it', async () => {
      const answer = await fetch(new URL('/health/ready', readEndpoints(home).services['gateway']?.health_url));
      const { checks } = (await answer.json()) as { checks: { storage: { status: string; detail?: string } } };
      return checks.storage.status === 'down' ? { status: answer.status, detail: checks.storage.detail } : undefined;
    });
    expect(reported).toEqual({ status: 200, detail: expect.stringContaining('free') });
    for (const id of [...starts.accepted.values()].slice(-5)) expect((await api.ended(id)).status).toBe('completed');
    disk.free();
    const before = count().accepted;
    await eventually('starts are accepted again', () => count().accepted > before + 10 || undefined, {
      lastSeen: count,
    });
  });

  it('refuses clearly, or not at all, when not a byte is left, and comes back by itself', async () => {
    await eventually('executions are under way', () => count().accepted > 60 || undefined, { lastSeen: count });
    disk.fillTo(0);
    const before = count();
    // What is freed meanwhile is taken as well: others fill disks too.
    for (const end = Date.now() + FULL_FOR_MS; Date.now() < end; await sleep(100)) disk.fillTo(0);
    const full = count();
    // Callers that hang are refused a few times at most in so long.
    expect(full.refused - before.refused).toBeGreaterThan(FEWEST_REFUSALS);
    disk.free();
    const freed = Date.now();
    await eventually('starts are accepted again', () => count().accepted > full.accepted + 10 || undefined, {
      timeoutMs: BACK_WITHIN_MS,
      lastSeen: () => ({ ...count(), last: starts.refused.slice(-3), unanswered: starts.unanswered.slice(-3) }),
    });
    const slowest = Math.max(...starts.refused.map(({ ms }) => ms));
    process.stderr.write(
      `full-disk: accepted again ${Date.now() - freed} ms after the disk was freed; ${starts.refused.length} refusals, the slowest after ${slowest} ms\n`,
    );
    expect(starts.refused.filter(({ code }) => code === undefined || !CLEAR.includes(code))).toEqual([]);
    expect(starts.unanswered).toEqual([]);
    expect(slowest).toBeLessThan(REFUSED_WITHIN_MS);
  });

  it('has completed all that it accepted, with every step', async () => {
    await starts.stop();
    const accepted = [...starts.accepted];
    expect(new Set(accepted.map(([, id]) => id)).size).toBe(accepted.length);
    const wrong = await inParallel(accepted, 4, async ([n, id]) => {
      const { status, output, error, steps } = await api.ended(id, 110_000);
      const right =
        status === 'completed' &&
        JSON.stringify(output) === JSON.stringify({ n: 4 * n }) &&
        steps.map((step) => `${step.path} ${step.status}`).join() ===
          'double completed,pause completed,again completed';
      return right ? [] : [{ n, id, status, output, error, steps: steps.map((step) => [step.path, step.status]) }];
    });
    expect(wrong.flat()).toEqual([]);
  }, 240_000);
});
