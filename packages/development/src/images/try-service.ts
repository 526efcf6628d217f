import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@millrace/local/failure';
import { anyFreePort } from '@millrace/local/ports';
import { openTestServers, type RunningServer } from '@millrace/local/servers';
import { waitUntil } from '@millrace/local/wait-until';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { masterKeys } from '../kubernetes/secrets.js';
import { memoryLimitMb } from '../kubernetes/workload.js';
import type { Buildah } from './buildah.js';
import { startContainer, type Container } from './container.js';
import { configurationOf, type ImageConfiguration } from './image-configuration.js';

const READY_MS = 120_000;
/** Within which a service notices that NATS has gone or come. */
const NOTICED_MS = 60_000;
/** Where containers have the file of the master keys. */
export const MASTER_KEYS = '/etc/millrace/keys/master-keys';

/** What the services get: servers and keys. */
export interface Surroundings {
  readonly folder: string;
  /** The file of the master keys. */
  readonly keys: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Of which no service can do without. */
  readonly nats: Pick<RunningServer, 'kill' | 'restart'>;
  stop(): Promise<void>;
}

/** Starts the servers and makes the keys. */
export async function startSurroundings(env: NodeJS.ProcessEnv): Promise<Surroundings> {
  const servers = openTestServers(env);
  const [nats, redis, mongo] = await Promise.all([servers.startNats(), servers.startRedis(), servers.startMongo()]);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-images-'));
  const keys = join(folder, 'master-keys');
  writeFileSync(keys, masterKeys());
  chmodSync(keys, 0o444);
  return {
    folder,
    keys,
    nats,
    settings: {
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_REDIS_URL: redis.url,
      MILLRACE_MONGODB_URL: mongo.url,
      MILLRACE_PUBLIC_URL: 'http://127.0.0.1:3000',
    },
    stop: async () => {
      await Promise.all([nats.stop(), redis.stop(), mongo.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the image of a service until it is ready, looks at its rights and its health check, and ends it. */
export async function tryService(
  { name, settings, heapMb }: ServiceDescription,
  root: string,
  { folder, keys, nats, settings: values }: Surroundings,
  buildah: Buildah,
): Promise<void> {
  const image = await configurationOf(`localhost/millrace/${name}`, buildah);
  const [healthPort, publicPort] = [await anyFreePort(), await anyFreePort()];
  const wanted = new Set(settings.map((setting) => setting.name));
  const variables = Object.fromEntries(
    Object.entries({
      ...values,
      MILLRACE_HEALTH_PORT: String(healthPort),
      MILLRACE_PORT: String(publicPort),
      MILLRACE_MASTER_KEYS_FILE: MASTER_KEYS,
      MILLRACE_HEALTH_HOST: '127.0.0.1',
    }).filter(([setting]) => wanted.has(setting)),
  );
  const running = startContainer({
    name,
    root,
    image,
    folder: join(folder, name),
    memoryMb: memoryLimitMb({ heapMb }),
    variables: { ...variables, NODE_OPTIONS: `--max-old-space-size=${heapMb}` },
    files: { [MASTER_KEYS]: keys },
  });
  try {
    const health = `http://127.0.0.1:${healthPort}`;
    const ready = await waitUntil(() => answers(`${health}/health/ready`), { timeoutMs: READY_MS, everyMs: 250 });
    if (!ready) throw new Failure(`${name} was not ready within ${READY_MS / 1000} s.`, running.output());
    checkRights(name, image);
    await tryHealthCheck(running, image, nats);
    const code = await running.stop();
    if (code !== 0) throw new Failure(`${name} ended with ${code} after SIGTERM.`, running.output());
  } finally {
    running.kill();
  }
}

/** The health check of the image says that the service is well, and only while it is ready. */
async function tryHealthCheck(
  running: Container,
  { healthCheck }: ImageConfiguration,
  nats: Surroundings['nats'],
): Promise<void> {
  const saysSo = (healthy: boolean) =>
    waitUntil(() => Promise.resolve((running.run(healthCheck) === 0) === healthy), {
      timeoutMs: NOTICED_MS,
      everyMs: 500,
    });
  if (running.run(healthCheck) !== 0)
    throw new Failure('The health check of the image fails on a service that is ready.');
  await nats.kill();
  const noticed = await saysSo(false);
  await nats.restart();
  if (!noticed) throw new Failure('The health check of the image passes on a service that is not ready.');
  if (!(await saysSo(true))) throw new Failure('The service was not healthy again after NATS was.', running.output());
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(4_000) })).ok;
  } catch {
    return false;
  }
}

/** What the kernel says of the process, not what was asked for. */
function checkRights(name: string, { uid }: ImageConfiguration): void {
  const state = spawnSync('runc', ['state', `millrace-${name}-${process.pid}`], { encoding: 'utf8' });
  const { pid } = JSON.parse(state.stdout) as { pid: number };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const expected = {
    Uid: [uid, uid, uid, uid].join('\t'),
    CapEff: '0000000000000000',
    CapBnd: '0000000000000000',
    NoNewPrivs: '1',
  };
  for (const [field, value] of Object.entries(expected)) {
    const found = status.match(new RegExp(`^${field}:\t(.*)$`, 'm'))?.[1];
    if (found !== value) throw new Failure(`${name} has ${field} ${found} and not ${value}.`);
  }
  const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[4] === '/');
  if (!root?.split(' ')[5]?.split(',').includes('ro')) throw new Failure(`The root of ${name} can be written to.`);
}
