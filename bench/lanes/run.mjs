// What lanes of the work queue cost and give: npm run bench lanes [organisations …]
// For each number of organisations three layouts: four shared lanes; the same and a lane of its own for the organisation that has a
// backlog; and a consumer for each organisation. A private NATS server, and one process that takes messages as the executor does.
// Idle: memory and CPU of the server and of the process, with a pull on each consumer. Busy: one organisation has a backlog, and
// others start something now and then. What counts is how much of the backlog went before them, not how long that took here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { percentile } from '../lib/percentile.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const messaging = join(root, 'packages/messaging/dist');
if (!existsSync(join(messaging, 'index.js'))) {
  process.stderr.write('It is not built. Build it: npx pnpm --filter @millrace/testing... build\n');
  process.exit(1);
}
const { startNats } = await import(join(root, 'packages/testing/dist/index.js'));
const { connectBus, silentLogger, TOPOLOGY } = await import(join(messaging, 'index.js'));
const { MessageRunner } = await import(join(messaging, 'consume/message-runner.js'));
const { withOwnLanes } = await import(join(messaging, 'lanes/lane-topology.js'));
const { laneOf, newId, organisationOfRun, OWN_LANE_NUMBERS, RunRequested } = await import(
  join(root, 'packages/contracts/dist/index.js')
);

const counts = process.argv.slice(2).map(Number);
const ORGANISATIONS = counts.length > 0 ? counts : [10, 1_000, 20_000];
const IDLE_MS = 20_000;
const BACKLOG = 6_000;
const QUIET_STARTS = 40;
const SLOTS = 88;
const WORK_MS = 20;
/** Slots of an organisation that is alone. */
const MOST = 66;
const NAMES = { shared: 'shared', own: 'shared + own', each: 'one each' };

const rows = [];
for (const organisations of ORGANISATIONS) {
  for (const layout of /** @type {const} */ (['shared', 'own', 'each'])) {
    rows.push(await measure(organisations, layout));
    console.error(rows.at(-1)?.join('  '));
  }
}
console.log(
  table(
    [
      'organisations, lanes',
      'consumers',
      'created in s',
      'NATS MB',
      'NATS CPU %, idle',
      'taker MB',
      'taker CPU %, idle',
      'before a quiet one: median',
      'most',
      'quiet ones meanwhile',
    ],
    rows,
  ),
);
console.log(
  `\n"before a quiet one": executions of the backlog of ${BACKLOG} that ended between the start of another organisation's and its end; of ${QUIET_STARTS} such starts, one after the other, those that came while the backlog lasted`,
);
process.exit(0);

/**
 * @param {number} organisations
 * @param {'shared' | 'own' | 'each'} layout
 */
async function measure(organisations, layout) {
  const nats = await startNats();
  const noisy = newId('organisation');
  // One that shares its lane is among the fewest too.
  const others = Array.from({ length: organisations - 2 }, () => newId('organisation'));
  const ids = [noisy, neighbourOf(noisy), ...others];
  const topology = topologyOf(layout, ids);
  const empty = usageOfTree(nats.pid).memoryMb;
  const beganCreating = performance.now();
  const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger, topology });
  const consumers = topology.consumers.filter((/** @type {{ stream: string }} */ { stream }) => stream === 'RUNS');
  const created = performance.now() - beganCreating;
  if (layout === 'own') await bus.laneRegister.change(() => recordOf(noisy));

  /** @type {Map<string, () => void>} */
  const waiting = new Map();
  let ended = 0;
  const handler = async (/** @type {{ organisation_id: string, execution_id: string }} */ run) => {
    await sleep(WORK_MS);
    if (run.organisation_id === noisy) ended++;
    waiting.get(run.execution_id)?.();
  };
  const abort = new AbortController();
  const runner = new MessageRunner(
    bus,
    RunRequested,
    { handler },
    consumers,
    limitsFor(consumers.length),
    abort.signal,
  );
  runner.start();
  const idle = await idleUse(nats.pid);
  const passed = await passedBy(bus, noisy, ids, { waiting, ended: () => ended });
  passed.sort((one, other) => one - other);
  abort.abort();
  await runner.stop();
  await bus.close();
  await nats.stop();
  return [
    `${organisations.toLocaleString('en')}, ${NAMES[layout]}`,
    consumers.length,
    (created / 1_000).toFixed(1),
    (idle.natsMegabytes - empty).toFixed(0),
    idle.natsCpu.toFixed(1),
    (process.memoryUsage().rss / 1_048_576).toFixed(0),
    idle.takerCpu.toFixed(1),
    percentile(passed, 0.5),
    passed.at(-1) ?? 0,
    passed.length,
  ];
}

/** Memory, and CPU in per cent of a core, while nothing is to do. @param {number} server */
async function idleUse(server) {
  await sleep(2_000);
  const [before, mine] = [usageOfTree(server), process.cpuUsage()];
  await sleep(IDLE_MS);
  const after = usageOfTree(server);
  const used = process.cpuUsage(mine);
  return {
    natsMegabytes: after.memoryMb,
    natsCpu: ((after.cpuSeconds - before.cpuSeconds) / (IDLE_MS / 1_000)) * 100,
    takerCpu: ((used.user + used.system) / 1_000 / IDLE_MS) * 100,
  };
}

/**
 * How many executions of a backlog ended between the start of each other organisation's and its end.
 * @param {import('../../packages/messaging/dist/index.js').NatsBus} bus
 * @param {string} noisy
 * @param {readonly string[]} ids
 * @param {{ waiting: Map<string, () => void>, ended: () => number }} work
 */
async function passedBy(bus, noisy, ids, { waiting, ended }) {
  for (let from = 0; from < BACKLOG; from += 500)
    await Promise.all(Array.from({ length: 500 }, () => bus.publish(RunRequested, runOf(noisy))));
  const quiet = ids.slice(1).filter((id) => laneOf(id) === laneOf(noisy));
  const passed = [];
  for (let start = 0; start < QUIET_STARTS && ended() < BACKLOG; start++) {
    const run = runOf(quiet[start % quiet.length] ?? noisy);
    const done = new Promise((resolve) => waiting.set(run.execution_id, () => resolve(undefined)));
    const earlier = ended();
    await bus.publish(RunRequested, run);
    await done;
    passed.push(ended() - earlier);
  }
  return passed;
}

/**
 * @param {'shared' | 'own' | 'each'} layout
 * @param {readonly string[]} ids
 */
function topologyOf(layout, ids) {
  if (layout === 'shared') return TOPOLOGY;
  if (layout === 'own') return withOwnLanes(TOPOLOGY, OWN_LANE_NUMBERS.slice(0, 1));
  const lane = TOPOLOGY.consumers.find((/** @type {{ stream: string }} */ { stream }) => stream === 'RUNS');
  const others = TOPOLOGY.consumers.filter((/** @type {{ stream: string }} */ { stream }) => stream !== 'RUNS');
  const each = ids.map((id) => ({
    ...lane,
    name: `org-${id}`,
    filter: `runs.${laneOf(id)}.${id}.>`,
    maxAckPending: 2_000,
    own: true,
  }));
  const streams = TOPOLOGY.streams.map((/** @type {{ name: string }} */ stream) => ({
    ...stream,
    maxConsumers: 100_000,
  }));
  return { ...TOPOLOGY, streams, consumers: [...others, ...each] };
}

/**
 * Who waits on each of many consumers needs a slot for each. One organisation has no more than as ever.
 * @param {number} consumers
 */
function limitsFor(consumers) {
  const concurrency = consumers > SLOTS ? consumers + SLOTS : SLOTS;
  return { concurrency, fairness: { keyOf: organisationOfRun, share: MOST / concurrency } };
}

/** @param {string} organisation_id */
function recordOf(organisation_id) {
  return { lanes: [{ number: OWN_LANE_NUMBERS[0], organisation_id, state: 'open' }] };
}

/** Another organisation that shares the lane. @param {string} organisation */
function neighbourOf(organisation) {
  for (;;) {
    const id = newId('organisation');
    if (laneOf(id) === laneOf(organisation)) return id;
  }
}

/** @param {string} organisation_id */
function runOf(organisation_id) {
  return {
    execution_id: newId('execution'),
    organisation_id,
    workflow_id: 'wf_bench',
    version: 1,
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input: { name: 'Ada' },
  };
}
