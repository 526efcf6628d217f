// Many executions that wait: what they cost an executor while they do, and whether each goes on once, and when, though everything is killed meanwhile.
// `npm run bench -- waits [EXECUTIONS] [A_SECOND]`: so many wait at once, and so many of them end in a second. Needs the built workspace and the servers of deploy/local.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { untilReady } from '@millrace/local/readiness';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { percentile } from '../lib/percentile.mjs';
import { verdict } from '../lib/verdict.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { startNats } = await import(join(root, 'packages/testing/dist/index.js'));
const { connectBus, silentLogger } = await import(join(root, 'packages/messaging/dist/index.js'));
const { JournalEntry, newId, RunRequested, VersionSnapshot } = await import(
  join(root, 'packages/contracts/dist/index.js')
);

const EXECUTIONS = Number(process.argv[2] ?? 100_000);
const A_SECOND = Number(process.argv[3] ?? 1_000);
const ORGANISATIONS = 100;
const AT_ONCE = 250;
/** Runs that a slow machine suspends in a second: no wait may end before all have begun. */
const SUSPENDED_A_SECOND = 800;
const LOOKED_AT_MS = 20_000;
const BUDGET_MS = 1_000;

/**
 * @typedef {{ workflow_id: string, organisation_id: string, version: number }} Workflow
 * @typedef {Workflow & { execution_id: string, until: number }} Wait until: in milliseconds of the clock
 */

const nats = await startNats();
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
let executor = await startExecutor();
try {
  const workflows = await publishWorkflows();
  const idle = await idleUsage();
  const firstEnd = Date.now() + (EXECUTIONS / SUSPENDED_A_SECOND) * 1_000 + 2 * LOOKED_AT_MS;
  const waits = Array.from({ length: EXECUTIONS }, (_, index) => ({
    .../** @type {Workflow} */ (workflows[index % ORGANISATIONS]),
    execution_id: newId('execution'),
    until: firstEnd + (index / A_SECOND) * 1_000,
  }));
  const began = performance.now();
  for (let from = 0; from < EXECUTIONS; from += AT_ONCE)
    await Promise.all(waits.slice(from, from + AT_ONCE).map((wait) => bus.publish(RunRequested, requestOf(wait))));
  while ((await queued()) > 0) await sleep(100);
  console.log(`${EXECUTIONS} executions wait after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  const waiting = await idleUsage();
  console.log(
    table(
      ['an executor with', 'memory, MB', 'CPU, ms a second'],
      [
        ['nothing to do', ...idle],
        [`${EXECUTIONS} executions that wait`, ...waiting],
      ],
    ),
  );
  if (Date.now() > firstEnd)
    throw new Error('Waits have ended before all had begun: this machine is too slow for so many');

  executor.kill('SIGKILL');
  await nats.kill();
  await nats.restart();
  executor = await startExecutor();
  await sleep(Math.max(0, firstEnd - Date.now()));
  // In the middle of it once more, and of those that are under way.
  await sleep((EXECUTIONS / A_SECOND) * 500);
  executor.kill('SIGKILL');
  const killedAt = Date.now();
  executor = await startExecutor();

  const lags = [];
  for (let from = 0; from < EXECUTIONS; from += AT_ONCE)
    lags.push(...(await Promise.all(waits.slice(from, from + AT_ONCE).map(lagOf))));
  // Those whose time came when no executor ran, and behind them, are late by that.
  const counted = lags.filter(({ until }) => until < killedAt - BUDGET_MS);
  const late = counted.map(({ ms }) => ms).sort((a, b) => a - b);
  console.log(
    `each of ${EXECUTIONS} has been woken once and has ended once; of the ${late.length} before the second kill:`,
  );
  for (const share of [0.5, 0.99, 1])
    console.log(`late, ${share === 1 ? 'the latest' : `p${share * 100}`}: ${percentile(late, share).toFixed(0)} ms`);
  const p99 = percentile(late, 0.99);
  verdict(p99 <= BUDGET_MS, `p99 is ${(p99 / BUDGET_MS).toFixed(2)} of ${BUDGET_MS} ms`);
} finally {
  executor.kill('SIGKILL');
  await bus.close();
  await nats.stop();
}

async function startExecutor() {
  const port = 29_191;
  const process_ = spawn(process.execPath, ['--max-old-space-size=512', 'apps/executor/dist/program/main.js'], {
    cwd: root,
    env: {
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_HEALTH_PORT: String(port),
      MILLRACE_STORAGE_QUOTA_PERCENT: '0',
      MILLRACE_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilReady(`http://127.0.0.1:${port}`);
  return process_;
}

/** One for each organisation, as `definitions` publishes them. @returns {Promise<Workflow[]>} */
async function publishWorkflows() {
  const steps = [{ id: 'pause', type: 'wait', config: { until: '{{input.until}}' } }];
  const document = JSON.stringify({ name: 'bench', trigger: { type: 'webhook', config: {} }, steps });
  return Promise.all(
    Array.from({ length: ORGANISATIONS }, async () => {
      const workflow = { workflow_id: newId('workflow'), organisation_id: newId('organisation'), version: 1 };
      await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'bench', document });
      return workflow;
    }),
  );
}

/** @param {Wait} wait */
function requestOf({ until, ...wait }) {
  return {
    ...wait,
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input: { until: new Date(until).toISOString() },
  };
}

/** Memory and CPU of the executor, over some time in which nobody asks anything of it. */
async function idleUsage() {
  const { cpuSeconds } = usageOfTree(Number(executor.pid));
  await sleep(LOOKED_AT_MS);
  const used = usageOfTree(Number(executor.pid));
  const cpuMs = (used.cpuSeconds - cpuSeconds) * 1_000;
  return [used.memoryMb.toFixed(0), ((cpuMs / LOOKED_AT_MS) * 1_000).toFixed(1)];
}

/** How late an execution was woken. Waits for its end. Throws when it was woken or has ended twice. @param {Wait} wait */
async function lagOf(wait) {
  for (;;) {
    /** @type {{ payload: { events: { type: string, at: string }[] } }[]} */
    const entries = await bus.readSubject(JournalEntry, wait);
    const events = entries.flatMap(({ payload }) => payload.events);
    const eventsOf = (/** @type {string} */ wanted) => events.filter(({ type }) => type === wanted);
    const [woken, ends] = [eventsOf('woken'), eventsOf('completed')];
    if (woken.length > 1 || ends.length > 1 || events.some(({ type }) => type === 'failed'))
      throw new Error(`${wait.execution_id} did not go on once: ${JSON.stringify(events)}`);
    if (ends.length === 1) return { until: wait.until, ms: Date.parse(woken[0]?.at ?? '') - wait.until };
    await sleep(200);
  }
}

async function queued() {
  const reply = await bus.connection.request('$JS.API.STREAM.INFO.RUNS');
  return Number(reply.json().state.messages);
}
