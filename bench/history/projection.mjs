// How fast `history` projects finished executions of five steps, and what it costs: npm run bench -- history/projection [executions]
// The journal is filled first, so this is the ceiling: batches are full. With CPU_PROFILE=DIR the service writes a profile there.
// Needs the built workspace and the servers of deploy/local.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { connect } from '@nats-io/transport-node';
import { residentMb, usageOfTree } from '@millrace/local/usage';
import { openTestServers } from '@millrace/local/servers';
import { CountExecutions, JournalEntry, ListExecutions, newId, STREAMS } from '../../packages/contracts/dist/index.js';
import { connectBus, silentLogger } from '../../packages/messaging/dist/index.js';

const mongoose = createRequire(new URL('../../apps/history/package.json', import.meta.url))('mongoose');
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const executions = Number(process.argv[2] ?? 20_000);
const profileDir = process.env.CPU_PROFILE;

/** @typedef {typeof JournalEntry extends import('../../packages/contracts/dist/index.js').MessageDefinition<infer P, infer _> ? P : never} Entry */

const servers = openTestServers(process.env);
const [nats, mongo] = await Promise.all([servers.startNats(), servers.startMongo()]);
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
const organisation = newId('organisation');
const workflows = Array.from({ length: 20 }, () => newId('workflow'));

const fill = async (/** @type {number} */ count) => {
  for (let from = 0; from < count; from += 1_000) {
    const part = Math.min(1_000, count - from);
    await Promise.all(Array.from({ length: part }, (_, index) => bus.publish(JournalEntry, anEntry(from + index))));
  }
};
const counted = async () => {
  const { counts } = await bus.request(
    CountExecutions,
    { organisation_id: organisation, workflow_ids: workflows },
    { timeoutMs: 20_000 },
  );
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
};

const history = spawn(
  process.execPath,
  [...(profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : []), 'apps/history/dist/program/main.js'],
  {
    cwd: root,
    env: {
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_MONGODB_URL: mongo.url,
      MILLRACE_MONGODB_DATABASE: 'bench',
      MILLRACE_HEALTH_PORT: '29183',
      MILLRACE_LOG_LEVEL: 'warn',
      // The least: what is finished is taken out of the journal after what is measured before.
      MILLRACE_JOURNAL_KEEP_FINISHED_MINUTES: '1',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
// Warm: the first thousands are compiled, not measured.
await fill(3_000);
while ((await counted().catch(() => 0)) < 3_000) await sleep(50);
history.kill('SIGSTOP');
await fill(executions);
const written = await journalBytes();
const cpuOf = (/** @type {{ pid?: number | undefined }} */ { pid }) => usageOfTree(Number(pid)).cpuSeconds;
const [ownBefore, natsBefore] = [cpuOf(history), cpuOf(nats)];
const began = performance.now();
history.kill('SIGCONT');
const total = executions + 3_000;
while ((await counted().catch(() => 0)) < total) await sleep(20);
const seconds = (performance.now() - began) / 1_000;
const [ownCpu, natsCpu] = [cpuOf(history) - ownBefore, cpuOf(nats) - natsBefore];
const { executions: page } = await bus.request(ListExecutions, { organisation_id: organisation, limit: 100 });
console.log(`${executions} executions of 5 steps in ${seconds.toFixed(2)} s: ${Math.round(executions / seconds)}/s`);
console.log(
  `CPU per execution: history ${us(ownCpu)} µs, NATS ${us(natsCpu)} µs; RSS of history ${Math.round(residentMb(Number(history.pid)) ?? 0)} MB`,
);
const size = await databaseSize(mongo.url);
console.log(
  `database, bytes per execution: ${Math.round(size.storageSize / total)} of data, ${Math.round(size.indexSize / total)} of indexes`,
);
console.log(
  `journal, bytes per execution: ${Math.round(written / total)} as written, ${Math.round((await trimmedBytes()) / total)} once finished`,
);
console.log(
  `events, bytes per execution: ${Math.round((await bytesOf([STREAMS.events])) / total)}, for which nobody has subscribed`,
);
console.log(`newest listed: ${page.length}, all completed: ${page.every((one) => one.status === 'completed')}`);
history.kill('SIGTERM');
await new Promise((resolve) => history.once('exit', resolve));
await bus.close();
await Promise.all([nats.stop(), mongo.stop()]);

/** What the records take, as the database says. @param {string} url */
async function databaseSize(url) {
  const connection = await mongoose.createConnection(url, { dbName: 'bench' }).asPromise();
  try {
    return await connection.db.command({ dbStats: 1 });
  } finally {
    await connection.close();
  }
}

/** What the journal's streams hold. */
function journalBytes() {
  return bytesOf([`${STREAMS.journal}_0`, `${STREAMS.journal}_1`]);
}

/** What streams hold together, as NATS says. @param {string[]} names */
async function bytesOf(names) {
  const client = await connect({ servers: nats.url });
  try {
    const ofStreams = names.map(async (name) => {
      const reply = await client.request(`$JS.API.STREAM.INFO.${name}`, '', { timeout: 10_000 });
      return reply.json().state.bytes;
    });
    return (await Promise.all(ofStreams)).reduce((sum, bytes) => sum + bytes, 0);
  } finally {
    await client.close();
  }
}

/** The same once end markers have taken the place of all entries: it has shrunk, and does so no more. */
async function trimmedBytes() {
  for (let last = written, since = Date.now(); ;) {
    await sleep(1_000);
    const now = await journalBytes();
    if (now !== last) since = Date.now();
    else if (now < written && Date.now() - since > 30_000) return now;
    last = now;
  }
}

/** @param {number} cpuSeconds */
function us(cpuSeconds) {
  return Math.round((cpuSeconds / executions) * 1e6);
}

/** The journal entry of a webhook-started execution of five pure steps, about 2 KB. @param {number} number @returns {Entry} */
function anEntry(number) {
  const id = newId('execution');
  const at = new Date().toISOString();
  const steps = ['set', 'check', 'price', 'discount', 'answer'].map((path) => ({
    type: /** @type {const} */ ('step_completed'),
    at,
    path,
    step_type: path === 'check' ? 'condition' : 'transform',
    started_at: at,
    attempt: 1,
    output: { order: number, total: 120, customer: { name: 'Ada Lovelace', city: 'London' } },
  }));
  return {
    entry_id: `${id}:1`,
    execution_id: id,
    organisation_id: organisation,
    events: [
      {
        type: 'started',
        at,
        workflow_id: workflows[number % workflows.length] ?? '',
        version: 1,
        accepted_at: at,
        trigger: {
          type: 'webhook',
          webhook_id: 'wh_1',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'bench' },
          query: {},
        },
        input: { qty: 12, price: 10, customer: { name: 'Ada Lovelace', city: 'London' }, order: number },
      },
      ...steps,
      { type: 'completed', at, output: { total: 120 } },
    ],
  };
}
