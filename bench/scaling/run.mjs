// How executions a second grow with executor processes: npm run bench -- scaling [seconds]
// A private NATS server and 1, 2 and 4 executors with few slots each. `calls` waits for a slow service, so that slots are what there is
// too little of; `pure` computes, so that it is the processors of this machine. The queue is filled first, and what is measured is the
// middle of it, when all executors work.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { anyFreePort } from '@millrace/local/ports';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { verdict } from '../lib/verdict.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { startNats } = await import(join(root, 'packages/testing/dist/index.js'));
const { connectBus, silentLogger } = await import(join(root, 'packages/messaging/dist/index.js'));
const { newId, RunRequested, VersionSnapshot } = await import(join(root, 'packages/contracts/dist/index.js'));

const SECONDS = Number(process.argv[2] ?? 8);
const PROCESSES = [1, 2, 4];
const SLOTS = 8;
const SERVICE_MS = 200;
/** What four executors are to do of calls, as a multiple of one. */
const WANTED = 3.5;

const service = createServer((_request, response) => {
  setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), SERVICE_MS);
});
await new Promise((resolve) => service.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (service.address());

const LOADS = [
  {
    name: 'calls',
    steps: [{ id: 'call', type: 'http', config: { url: `http://127.0.0.1:${port}/` } }],
    /** Executions a second of one process, roughly: what the queue is filled by. */
    expected: (SLOTS * 1_000) / SERVICE_MS,
  },
  {
    name: 'pure',
    steps: ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, type: 'transform', config: { output: '{{input.n + 1}}' } })),
    expected: 500,
  },
];

const nats = await startNats();
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
try {
  const rows = [];
  /** @type {Map<string, number>} */
  const rates = new Map();
  for (const load of LOADS) {
    const workflows = await publish(load.steps);
    for (const processes of PROCESSES) {
      const { rate, cpuMs } = await measure(workflows, processes, load.expected);
      rates.set(`${load.name} ${processes}`, rate);
      const times = rate / (rates.get(`${load.name} 1`) ?? rate);
      rows.push([load.name, String(processes), rate.toFixed(0), `${times.toFixed(2)} ×`, cpuMs.toFixed(2)]);
    }
  }
  console.log(table(['workflow', 'executors', 'executions/s', 'of one', 'CPU ms each'], rows));
  const grown = (rates.get('calls 4') ?? 0) / (rates.get('calls 1') ?? 1);
  console.log(
    `\n${SLOTS} slots for each executor, ${SERVICE_MS} ms for each call, ${availableParallelism()} processors for all of it (NATS and this program too)`,
  );
  verdict(grown >= WANTED, `calls ${grown.toFixed(2)} × with 4, wanted ${WANTED} ×`);
} finally {
  await bus.close();
  await nats.stop();
  service.closeAllConnections();
  service.close();
}

/** Workflows of so many organisations that all lanes of the queue are used. @param {object[]} steps */
async function publish(steps) {
  const document = JSON.stringify({ name: 'bench', trigger: { type: 'webhook', config: {} }, steps });
  const workflows = Array.from({ length: 40 }, () => ({
    workflow_id: newId('workflow'),
    organisation_id: newId('organisation'),
    version: 1,
  }));
  await Promise.all(
    workflows.map((workflow) => bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'bench', document })),
  );
  return workflows;
}

/** @param {Awaited<ReturnType<typeof publish>>} workflows @param {number} processes @param {number} expected */
async function measure(workflows, processes, expected) {
  const count = Math.ceil(2 * expected * processes * SECONDS);
  for (let from = 0; from < count; from += 500) {
    const portion = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({
      ...workflows[(from + index) % workflows.length],
      execution_id: newId('execution'),
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' },
      input: { n: index },
    }));
    await Promise.all(portion.map((request) => bus.publish(RunRequested, request)));
  }
  const executors = await Promise.all(Array.from({ length: processes }, start));
  const cpu = () => executors.reduce((sum, { pid }) => sum + usageOfTree(Number(pid)).cpuSeconds, 0);
  try {
    await left(count * 0.75);
    const [began, first, before] = [performance.now(), await queued(), cpu()];
    await left(count * 0.25);
    const done = first - (await queued());
    const seconds = (performance.now() - began) / 1_000;
    return { rate: done / seconds, cpuMs: ((cpu() - before) * 1_000) / done };
  } finally {
    await left(0);
    await Promise.all(executors.map(stop));
  }
}

async function start() {
  const environment = {
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_HEALTH_PORT: String(await anyFreePort()),
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
    MILLRACE_EXECUTOR_CONCURRENCY: String(SLOTS),
    MILLRACE_EXECUTOR_OWN_LANES: '0',
  };
  return spawn(process.execPath, ['apps/executor/dist/program/main.js'], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(5_000).then(() => child.kill('SIGKILL'))]);
}

/** @param {number} count */
async function left(count) {
  while ((await queued()) > count) await sleep(20);
}

async function queued() {
  const reply = await bus.connection.request('$JS.API.STREAM.INFO.RUNS');
  return Number(reply.json().state.messages);
}
