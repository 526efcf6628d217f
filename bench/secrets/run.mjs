// What a secret in a header costs an executor: npm run bench secrets [executions]
// One executor process, a private NATS server and a service on loopback. Two versions of a workflow with one HTTP step, whose
// header is a constant or a secret of the same length, run in turns, so that both see the same machine and the same warm process.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { verdict } from '../lib/verdict.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { startNats } = await import(join(root, 'packages/testing/dist/index.js'));
const { connectBus, silentLogger } = await import(join(root, 'packages/messaging/dist/index.js'));
const { newId, RunRequested, secretContext, SecretsSnapshot, VersionSnapshot } = await import(
  join(root, 'packages/contracts/dist/index.js')
);
const { Keyring, sealed } = await import(join(root, 'packages/service-kit/dist/sealing.js'));

const EXECUTIONS = Number(process.argv[2] ?? 5_000);
const ROUNDS = 24;
const BUDGET = 1.05;
const VALUE = randomBytes(20).toString('hex');
// About what an API returns.
const BODY = JSON.stringify({
  items: Array.from({ length: 20 }, (_, id) => ({ id, name: `Item ${id}`, tags: ['a', 'b'], price: id * 1.5 })),
});

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const keysFile = join(folder, 'master-keys');
writeFileSync(keysFile, `bench ${randomBytes(32).toString('base64')}\n`);
const service = createServer((_request, response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(BODY),
);
await new Promise((resolve) => service.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (service.address());
const nats = await startNats();
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
const executor = spawn(process.execPath, ['apps/executor/dist/program/main.js'], {
  cwd: root,
  env: {
    ...process.env,
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_HEALTH_PORT: String(port + 1 > 65_000 ? port - 1 : port + 1),
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
    MILLRACE_MASTER_KEYS_FILE: keysFile,
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  const organisation_id = newId('organisation');
  const secrets = { key: sealed(VALUE, secretContext(organisation_id, 'key'), new Keyring(keysFile)) };
  await bus.snapshots.put(SecretsSnapshot, { organisation_id }, { organisation_id, secrets });
  const constant = await publish(`Bearer ${VALUE}`);
  const secret = await publish('Bearer {{secrets.key}}');
  for (const workflow of [constant, secret]) await cpuOf(workflow);
  const pairs = [];
  for (let round = 0; round < ROUNDS; round++) {
    // In turns, since the second of a pair pays for what the first left to the garbage collector.
    const first = round % 2 === 0 ? constant : secret;
    const used = [await cpuOf(first), await cpuOf(first === constant ? secret : constant)];
    pairs.push(first === constant ? used : used.reverse());
  }
  const ratios = pairs.map(([without = 0, withSecret = 0]) => withSecret / without);
  console.log(
    table(
      ['', 'CPU µs each'],
      [
        ['a constant in the header', median(pairs.map(([without = 0]) => without)).toFixed(0)],
        ['a secret in the header', median(pairs.map(([, withSecret = 0]) => withSecret)).toFixed(0)],
      ],
    ),
  );
  const ratio = median(ratios);
  verdict(
    ratio <= BUDGET,
    `${ratio.toFixed(3)} × without a secret, wanted ${BUDGET} ×; median of ${ROUNDS} pairs of ${EXECUTIONS} executions, ${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
  );

  /** @param {string} header */
  async function publish(header) {
    const workflow = { workflow_id: newId('workflow'), organisation_id, version: 1 };
    const call = {
      id: 'call',
      type: 'http',
      config: { url: `http://127.0.0.1:${port}/`, headers: { 'X-Key': header } },
    };
    const document = JSON.stringify({ name: 'bench', trigger: { type: 'webhook', config: {} }, steps: [call] });
    await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'bench', document });
    return workflow;
  }

  /** CPU time of the executor for one execution, in microseconds. @param {{ workflow_id: string, organisation_id: string, version: number }} workflow */
  async function cpuOf(workflow) {
    const before = usageOfTree(Number(executor.pid)).cpuSeconds;
    for (let left = EXECUTIONS; left > 0; left -= 250) {
      const requests = Array.from({ length: Math.min(left, 250) }, () => ({
        ...workflow,
        execution_id: newId('execution'),
        generation: 0,
        accepted_at: new Date().toISOString(),
        trigger: { type: 'api' },
        input: {},
      }));
      await Promise.all(requests.map((request) => bus.publish(RunRequested, request)));
    }
    while ((await queued()) > 0) await sleep(5);
    return ((usageOfTree(Number(executor.pid)).cpuSeconds - before) * 1e6) / EXECUTIONS;
  }

  async function queued() {
    const reply = await bus.connection.request('$JS.API.STREAM.INFO.RUNS');
    return Number(reply.json().state.messages);
  }
} finally {
  const ended = new Promise((resolve) => executor.once('exit', resolve));
  executor.kill('SIGTERM');
  await Promise.race([ended, sleep(5_000).then(() => executor.kill('SIGKILL'))]);
  await bus.close();
  await nats.stop();
  service.closeAllConnections();
  service.close();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
