import type { WorkflowResource } from '@millrace/contracts';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient, apiBase } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { eventually, inParallel } from '../support/eventually.js';
import { everyProcess, isAlive, killAllHard, platformCommand, readEndpoints } from '../support/platform.js';
import { LosingDisk } from './losing-disk.js';
import { Starts, startsByApi, startsByWebhook } from './starts.js';

/*
 * The whole of a platform (data, keys, logs) is on a disk that loses its power under a stream of starts: what was written and not synced is gone, all
 * processes are. What must be there after the next start depends on how often NATS syncs; nothing may have happened twice, and the platform must work.
 */

const DISK_MEBIBYTES = 1_024;
const LONG = Boolean(process.env['MILLRACE_E2E_LONG']);
const ROUNDS = LONG ? 5 : 1;
const LOAD_MS = LONG ? 20_000 : 8_000;
const MOST_STARTS = 1_500;
const AFTERWARDS_MS = 180_000;

/** What `npm start` can be given, and how old a start must be to be safe from a loss of power. A sync takes its time on a slow disk. */
const SYNCS = [
  // What it is by default.
  { sync: '1s', safeAfterMs: 5_000 },
  ...(LONG
    ? [
        { sync: 'always', safeAfterMs: 0 },
        // NATS's own default: it loses whole streams. What is accepted afterwards must run all the same.
        { sync: '2m', safeAfterMs: Infinity },
      ]
    : []),
];

const impossible = LosingDisk.impossible();
// A run of CI that cannot do this must not look as if it had.
if (impossible !== null && process.env['CI']) throw new Error(`power-loss can't run: ${impossible}`);
const suite = impossible === null ? describe.each(SYNCS) : describe.skip.each(SYNCS);
if (impossible !== null) process.stderr.write(`power-loss is skipped: ${impossible}\n`);

suite('a loss of power while NATS syncs $sync', ({ sync, safeAfterMs }) => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-power-loss-'));
  const home = join(root, 'home');
  let disk: LosingDisk;
  let service: CountingService;
  let workflow: WorkflowResource;
  /** Ids of executions by number, of all rounds: what each round must keep. */
  const kept = new Map<number, string>();
  let next = 0;

  const up = () => platformCommand('up', { home, built: true });
  const client = () => {
    return new ApiClient(readEndpoints(home).token, apiBase(home));
  };

  beforeAll(async () => {
    process.env['MILLRACE_NATS_SYNC_INTERVAL'] = sync;
    disk = LosingDisk.make(home, join(root, 'image'), DISK_MEBIBYTES);
    service = await CountingService.start();
    await up();
    workflow = await client().create({
      name: 'Power loss',
      trigger: { type: 'webhook' },
      steps: [
        { id: 'double', type: 'transform', config: { output: '{{input.n * 2}}' } },
        {
          id: 'tell',
          type: 'http',
          config: { method: 'POST', url: `${service.url}/tell`, body: { n: '{{input.n}}' } },
        },
        { id: 'pause', type: 'wait', config: { duration: '3s' } },
        { id: 'again', type: 'transform', config: { output: '{{double.output * 2}}' } },
      ],
      output: { n: '{{again.output}}' },
    });
    // What is set up is older than the longest time that may be lost.
    if (safeAfterMs !== Infinity) await sleep(safeAfterMs);
  }, 300_000);

  afterAll(async () => {
    delete process.env['MILLRACE_NATS_SYNC_INTERVAL'];
    await platformCommand('down', { home }).catch(() => undefined);
    if (process.env['MILLRACE_E2E_KEEP']) cpSync(home, `${root}-kept`, { recursive: true });
    await service?.stop();
    await eventually('nobody uses the disk', () => (disk.unmount(), true)).catch(() => undefined);
    rmSync(root, { recursive: true, force: true });
  }, 120_000);

  it.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))(
    'loses nothing that was safe, does nothing twice, and comes back (round %d)',
    async () => {
      const times = new Map<number, number>();
      const starts = new Starts([startsByWebhook(home, workflow), startsByApi(home, workflow)], MOST_STARTS, {
        first: next,
        onAccepted: (n) => times.set(n, Date.now()),
      });
      await eventually('starts are accepted', () => starts.accepted.size > 20 || undefined);
      await sleep(LOAD_MS);
      const processes = everyProcess(home);
      const accepted = [...starts.accepted];
      const failsAt = Date.now();
      disk.powerOff();
      killAllHard(processes);
      await starts.stop();
      next += MOST_STARTS;
      await eventually('all processes are gone', () => !processes.some(isAlive) || undefined);
      await eventually('nobody uses the disk', () => (disk.unmount(), true));
      disk.mount();
      await up();

      const safe = accepted.filter(([n]) => times.get(n)! <= failsAt - safeAfterMs);
      if (safeAfterMs !== Infinity) expect(safe.length).toBeGreaterThan(20);
      for (const [n, id] of safe) kept.set(n, id);
      const api = client();
      await eventually('a start is accepted', async () => {
        const { output } = await api.run(workflow.id, { n: -1 });
        return JSON.stringify(output) === JSON.stringify({ n: -4 }) || undefined;
      });
      const wrong = await inParallel([...kept], 4, async ([n, id]) => {
        const { status, output, error } = await api.ended(id, AFTERWARDS_MS);
        const right = status === 'completed' && JSON.stringify(output) === JSON.stringify({ n: 4 * n });
        return right ? [] : [{ n, id, status, output, error }];
      });
      expect(wrong.flat()).toEqual([]);
      const told = service.calls.map(({ key, body }) => ({ key, n: (body as { n: number }).n }));
      const others = told.filter(({ n, key }) => kept.has(n) && key !== `${kept.get(n)}:tell`);
      expect(others).toEqual([]);
      process.stderr.write(
        `power-loss, ${sync}: ${accepted.length} accepted, ${safe.length} of them safe, all of these completed; ${told.length - new Set(told.map(({ key }) => key)).size} calls repeated so far\n`,
      );
    },
    600_000,
  );
});
