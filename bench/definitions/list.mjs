// How fast pages of workflows are listed when an organisation has as many as it may have: npm run bench -- definitions/list [workflows]
// Asked over NATS as the gateway asks, one question after another. Needs the built workspace and the servers of deploy/local.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openTestServers } from '@millrace/local/servers';
import { listFields } from '../../apps/definitions/dist/workflow-lists/list-fields.js';
import { ListWorkflows } from '../../packages/contracts/dist/index.js';
import { connectBus } from '../../packages/messaging/dist/index.js';
import { silentLogger } from '../../packages/service-kit/dist/logging.js';
import { openMongo } from '../../packages/service-kit/dist/mongo.js';
import { percentile } from '../lib/percentile.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const workflows = Number(process.argv[2] ?? 10_000);
const QUESTIONS = 200;
const WORDS =
  'order invoice customer report backup import export ticket alert mail lead contract shipment payment'.split(' ');

/** @typedef {typeof ListWorkflows extends import('../../packages/contracts/dist/index.js').RequestDefinition<infer Q, infer _> ? Partial<Q> : never} Question */

const servers = openTestServers(process.env);
const [nats, mongo] = await Promise.all([servers.startNats(), servers.startMongo()]);
const definitions = spawn(process.execPath, ['apps/definitions/dist/program/main.js'], {
  cwd: root,
  env: {
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_MONGODB_URL: mongo.url,
    MILLRACE_MONGODB_DATABASE: 'bench',
    MILLRACE_PUBLIC_URL: 'http://127.0.0.1:29186',
    MILLRACE_HEALTH_PORT: '29185',
    MILLRACE_DEV_TOKEN: 'bench-token-0123456789abcdef',
    MILLRACE_LOG_LEVEL: 'error',
    MILLRACE_AUDIT_SECONDS: '100000',
  },
  stdio: ['ignore', 'inherit', 'inherit'],
});
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger() });
const ask = (/** @type {Question} */ question) =>
  bus.request(
    ListWorkflows,
    { organisation_id: 'org_bench', page: 1, per_page: 20, ...question },
    { timeoutMs: 30_000 },
  );
while (!(await ask({}).catch(() => null))) await sleep(100);
const connection = await openMongo({ url: mongo.url, database: 'bench', logger: silentLogger() }).asPromise();
for (let from = 0; from < workflows; from += 500)
  await connection
    .collection('workflows')
    .insertMany(Array.from({ length: Math.min(500, workflows - from) }, (_, index) => aWorkflow(from + index)));

const last = Math.ceil(workflows / 20);
await measure('first page', {});
await measure('… of 100', { per_page: 100 });
await measure('… the last page', { page: last });
await measure('by name', { sort: 'name' });
await measure('by last change', { sort: 'updated_at' });
await measure('by last run', { sort: 'last_run' });
await measure('status of a third', { status: 'paused' });
await measure('tag of a tenth', { tag: 'team3' });
await measure('… of one', { tag: 'only' });
await measure('type of trigger of all but 10', { trigger_type: 'webhook' });
await measure('… of these', { trigger_type: 'email' });
await measure('a word of a seventh', { q: 'ord' });
await measure('… of one', { q: `number${Math.floor(workflows / 2)}` });
await measure('… of none', { q: 'zzz' });
await measure('two frequent words, by name', { q: 'ord inv', sort: 'name' });
await measure('all of it together', {
  q: 'ord',
  tag: 'team3',
  trigger_type: 'webhook',
  status: 'active',
  sort: 'last_run',
});
await measure('deleted (none)', { deleted: true });

definitions.kill('SIGTERM');
await new Promise((resolve) => definitions.once('exit', resolve));
await bus.close();
await connection.close();
await Promise.all([nats.stop(), mongo.stop()]);

/**
 * @param {string} what
 * @param {Question} question
 */
async function measure(what, question) {
  /** @type {number[]} */
  const times = [];
  let total = 0;
  for (let index = 0; index < QUESTIONS; index++) {
    const began = performance.now();
    ({ total } = await ask(question));
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => percentile(times, share).toFixed(1).padStart(6);
  console.log(`${what.padEnd(34)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms  (${total} in all)`);
}

/** As it is stored. @param {number} number @returns {Record<string, unknown>} */
function aWorkflow(number) {
  const word = (/** @type {number} */ step) => WORDS[(number * step + step) % WORDS.length];
  const name = `${word(1)} ${word(3)} number${number}`;
  const document = {
    name,
    description: `Takes each ${word(5)} of the ${word(9)} department and tells the team about it, every time`,
    tags: [`team${number % 10}`, ...(number === 7 ? ['only'] : [])],
    trigger: { type: number % Math.ceil(workflows / 10) === 4 ? 'email' : 'webhook' },
  };
  const at = new Date(Date.now() - number * 60_000);
  return {
    _id: `wf_${String(number).padStart(26, '0')}`,
    organisation_id: 'org_bench',
    name,
    description: document.description,
    status: number % 3 === 0 ? 'paused' : 'active',
    version: 1,
    revision: 1,
    webhooks: [],
    schedules: [],
    secrets: [],
    ...listFields(document, 1),
    last_run_at: new Date(Date.now() - ((number * 7_919) % workflows) * 1_000),
    created_at: at,
    updated_at: at,
    deleted_at: null,
    snapshot_pending: false,
  };
}
