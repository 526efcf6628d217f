// One executor process against the bare JetStream loop with the same number of messages: npm run bench executor [executions]
// A private NATS server and nothing else. The queue is filled first; the time is from the start of the consumer until the
// queue is empty, and the CPU time is that of the consumer's process. Rounds alternate, so that both see the same machine.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { anyFreePort } from '@millrace/local/ports';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { verdict } from '../lib/verdict.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
if (!existsSync(join(root, 'apps/executor/dist/program/main.js'))) {
  process.stderr.write('The executor is not built. Build it: npx pnpm --filter @millrace/executor... build\n');
  process.exit(1);
}
const { startNats } = await import(join(root, 'packages/testing/dist/index.js'));
const { connectBus, silentLogger } = await import(join(root, 'packages/messaging/dist/index.js'));
const { JournalEntry, newId, RunRequested, VersionSnapshot } = await import(
  join(root, 'packages/contracts/dist/index.js')
);

const EXECUTIONS = Number(process.argv[2] ?? 20_000);
const ROUNDS = 3;
const CONCURRENCY = 64;
const fivePure = [
  { id: 'a', type: 'transform', config: { output: { name: '{{input.name}}', total: '{{input.price * 2}}' } } },
  { id: 'b', type: 'condition', config: { condition: '{{a.output.total}} > 10', true_branch: 'c' } },
  { id: 'c', type: 'transform', config: { output: 'Hello {{a.output.name}}' } },
  {
    id: 'd',
    type: 'switch',
    config: { value: '{{input.kind}}', cases: [{ equals: 'x' }, { equals: 'y', then: 'e' }] },
  },
  { id: 'e', type: 'transform', config: { output: { text: '{{c.output}}', branch: '{{d.output.branch}}' } } },
];

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const nats = await startNats();
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
try {
  // Lanes are by organisation: several of them use all lanes, as in an installation.
  const workflows = Array.from({ length: 40 }, () => ({
    workflow_id: newId('workflow'),
    organisation_id: newId('organisation'),
    version: 1,
  }));
  const document = JSON.stringify({ name: 'bench', trigger: { type: 'webhook', config: {} }, steps: fivePure });
  await Promise.all(
    workflows.map((workflow) => bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'bench', document })),
  );

  const executor = () =>
    start(['apps/executor/dist/program/main.js'], {
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_EXECUTOR_CONCURRENCY: String(CONCURRENCY),
    });
  // The floor writes an entry of the same size: the one that an executor wrote.
  const [sample] = await fill(1);
  const first = await executor();
  await emptied();
  await stop(first);
  const [stored] = await bus.readSubject(JournalEntry, sample);
  const entryFile = join(folder, 'entry.json');
  writeFileSync(entryFile, JSON.stringify(stored.payload));
  const bare = (/** @type {string} */ how) => () =>
    start(['bench/executor/bare-loop.mjs', nats.url, String(CONCURRENCY), entryFile, how], {});

  const executorRuns = [];
  const bareRuns = [];
  const rawRuns = [];
  for (let round = 0; round < ROUNDS; round++) {
    bareRuns.push(await measure(bare('client')));
    rawRuns.push(await measure(bare('raw')));
    executorRuns.push(await measure(executor));
  }
  const [floor, raw, ours] = [median(bareRuns), median(rawRuns), median(executorRuns)];
  console.log(
    table(
      ['', 'executions/s', 'of bare', 'CPU µs each', 'of bare'],
      [
        ['bare JetStream loop', floor.rate.toFixed(0), '', floor.cpu.toFixed(0), ''],
        [
          'the same by raw requests',
          raw.rate.toFixed(0),
          percent(raw.rate, floor.rate),
          raw.cpu.toFixed(0),
          percent(raw.cpu, floor.cpu),
        ],
        [
          'executor, 5 pure steps',
          ours.rate.toFixed(0),
          percent(ours.rate, floor.rate),
          ours.cpu.toFixed(0),
          percent(ours.cpu, floor.cpu),
        ],
      ],
    ),
  );
  console.log(
    `\n${EXECUTIONS} executions, median of ${ROUNDS} rounds; 1 queue message, 1 journal entry and 1 confirmed acknowledgement each`,
  );
  const share = ours.rate / floor.rate;
  verdict(share >= 0.6, `${(share * 100).toFixed(0)} % of the bare loop, wanted 60 %`);

  /** @param {() => Promise<import('node:child_process').ChildProcess>} begin */
  async function measure(begin) {
    await fill(EXECUTIONS);
    const child = await begin();
    // A fresh process compiles its code during the first half; that is not what is compared.
    await left((count) => count <= EXECUTIONS / 2);
    const before = usageOfTree(Number(child.pid)).cpuSeconds;
    const [began, rest] = [performance.now(), await queued()];
    await emptied();
    const seconds = (performance.now() - began) / 1_000;
    const cpu = usageOfTree(Number(child.pid)).cpuSeconds - before;
    await stop(child);
    return { rate: rest / seconds, cpu: (cpu * 1e6) / rest };
  }

  /** @param {number} count */
  async function fill(count) {
    const requests = Array.from({ length: count }, (_, index) => ({
      ...workflows[index % workflows.length],
      execution_id: newId('execution'),
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' },
      input: { name: 'Ada', price: 7, kind: 'y' },
    }));
    for (let from = 0; from < count; from += 500) {
      await Promise.all(requests.slice(from, from + 500).map((request) => bus.publish(RunRequested, request)));
    }
    return requests;
  }
} finally {
  await bus.close();
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string[]} args @param {Record<string, string>} environment */
async function start(args, environment) {
  const port = await anyFreePort();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, MILLRACE_HEALTH_PORT: String(port), MILLRACE_LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('exit', (code, signal) => {
    if (signal === null && code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  });
  return child;
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(5_000).then(() => child.kill('SIGKILL'))]);
}

async function queued() {
  const reply = await bus.connection.request('$JS.API.STREAM.INFO.RUNS');
  return Number(reply.json().state.messages);
}

/** @param {(count: number) => boolean} reached */
async function left(reached) {
  while (!reached(await queued())) await sleep(5);
}

function emptied() {
  return left((count) => count === 0);
}

/** @param {{ rate: number, cpu: number }[]} runs */
function median(runs) {
  const middle = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return { rate: middle(runs.map((run) => run.rate)), cpu: middle(runs.map((run) => run.cpu)) };
}

/** @param {number} value @param {number} base */
function percent(value, base) {
  return `${((100 * value) / base).toFixed(0)} %`;
}
