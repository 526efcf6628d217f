import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STREAMS, type System } from '@millrace/contracts';
import { ensureNatsProgram } from '@millrace/local/nats-program';
import { FakeHttpServer, freePort, mustCall, waitUntil } from '@millrace/testing';
import { streamsOf, streamsWithFewerCopies } from '../installation/production-nats.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { OPS } from './doctor.js';
import { Page } from './page.js';
import { ProcessCluster } from './process-cluster.js';
import { Shell } from './shell.js';
import { Work } from './work.js';

/*
 * A drill of docs/cluster-backup.md with its own commands: an installation with three NATS servers is backed up, everything of it is taken away, and it is
 * restored. `nats` is the real one; kubectl is a stand-in that does to processes what it is asked to do to pods.
 */

/** Building NATS's program and starting all services, on two busy cores. */
const BEGIN_MS = 30 * 60_000;
/** What the page has for an installation that is not like this one: which goes on after its backup, and is restored where it was. */
const OF_OTHERS = ['Back up 6', 'Restore 2', 'Restore 5 (2)'];

/** `npm run ops --` without a build. Starts are paused whenever the page has `system` shown, which ends with 1 then. */
const RUN_OPS = `[ "$1 $2 $3" = 'run ops --' ] || exit 64
shift 3
'${process.execPath}' '${OPS}' "$@"
code=$?
[ "$1" = system ] || exit $code
[ $code = 1 ]`;

const folder = mkdtempSync(join(tmpdir(), 'millrace-cluster-backup-'));
const page = new Page(join(REPOSITORY, 'docs/cluster-backup.md'));
const say = (text: string) => process.stderr.write(`cluster-backup: ${text}\n`);

let service: FakeHttpServer;
let cluster: ProcessCluster;
let shell: Shell;
let work: Work;

beforeAll(async () => {
  const runtimeDir = process.env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');
  const natsFolder = await ensureNatsProgram({ runtimeDir, env: process.env, say });
  service = await FakeHttpServer.start();
  const port = await freePort();
  const gateway = `127.0.0.1:${port}`;
  cluster = await ProcessCluster.start(port);
  shell = new Shell({
    folder,
    programs: { kubectl: cluster.kubectl, npm: RUN_OPS },
    path: [natsFolder, process.env['PATH'] ?? ''],
    replaced: { '127.0.0.1:3000': () => gateway, '127.0.0.1:4222': () => cluster.servers.nats.addresses[0] ?? '' },
  });
  work = new Work(`http://${gateway}/v1`, service);
  const overlay = join(folder, 'k8s/overlays/mine');
  mkdirSync(overlay, { recursive: true });
  cpSync(join(REPOSITORY, 'k8s/overlays/production'), overlay, { recursive: true });
}, BEGIN_MS);
afterAll(async () => {
  await cluster?.stop();
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** The system, as the operator sees it. */
function system(): Promise<System> {
  const { fleet, servers } = cluster;
  return mustCall<System>({ base: fleet.gateway, token: servers.operatorToken, method: 'GET', path: '/system' });
}

/** What both ways need, without what is made once. */
function anew(needed: (line: string) => boolean): string {
  const commands = page.take('What both need 0').replaceAll('\\\n', '');
  return commands.split('\n').filter(needed).join('\n');
}

async function backUp(): Promise<void> {
  await shell.run(page.take('What both need 0'));
  await shell.run(page.take('What both need 0 (2)'));
  await shell.run(page.take('Back up 1'));
  await waitUntil('the queue to be empty', async () =>
    (await system()).queues.filter(({ queue }) => queue === 'RUNS').every((one) => one.waiting + one.under_way === 0),
  );
  await work.expectWaiting();
  for (const step of [2, 3, 4, 5]) await shell.run(page.take(`Back up ${step}`));
}

async function restore(): Promise<void> {
  await shell.run(page.take('Restore 3'));
  await shell.run(anew((line) => line.startsWith('nats ')));
  expect(await shell.run(page.take('Restore 4'))).toMatch(/^ *Streams: 0\b/m);
}

/** The same once more where the page has it begun anew: an attempt at a stream has failed and left it behind. */
async function restoreWithPatience(): Promise<void> {
  try {
    await restore();
  } catch (error) {
    if (!String(error).includes('already exist')) throw error;
    say('begins anew');
    await cluster.wipe();
    await restore();
  }
}

// The time is a bound of a hang, on a machine that is busy with ten times what it has.
test('the page restores all of an installation of which nothing is left, and nothing is done twice', async () => {
  await work.begin();
  await backUp();
  const before = await streamsOf(cluster.servers);
  await cluster.wipe();
  say('wiped');
  await sleep(Math.max(0, work.soon - Date.now()));
  await restoreWithPatience();
  // Timers whose time has come fire as soon as their stream is back, each into the place of its own message.
  const timers = { ...before[STREAMS.timers], last: expect.any(Number) as number };
  expect(await streamsOf(cluster.servers)).toEqual({ ...before, [STREAMS.timers]: timers });
  await waitUntil('all streams to have their copies', async () => {
    return (await streamsWithFewerCopies(cluster.servers)).length === 0;
  });

  await shell.run(page.take('Restore 5'));
  await shell.run(anew((line) => line.startsWith('export MILLRACE_')));
  expect(await shell.run(page.take('Restore 6'))).toMatch(/^ok +sealed secrets: 1 with/m);
  await work.expectAll();
  expect(await streamsWithFewerCopies(cluster.servers)).toEqual([]);
  expect((await system()).dead_letters?.count).toBe(0);
  expect(page.left).toEqual(OF_OTHERS);
}, 1_800_000);
