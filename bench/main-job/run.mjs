// `npm run bench -- main-job [--seconds 10] [--callers 1,16,64] [--workflow mixed,pure,effects] [--no-floor] [--half]`: the running platform, driven through its webhook endpoint.
import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { connect } from '@nats-io/transport-node';
import { callApi, natsServer, readEndpoints } from '../lib/platform.mjs';
import { verdict } from '../lib/verdict.mjs';
import { measureFloor } from './floor.mjs';
import { drive, pace, watchFinished } from './load.mjs';
import { BODY, effectsWorkflow, mixedWorkflow, pureWorkflow } from './workflows.mjs';

/** The aim for how soon 99 of 100 calls are accepted at half of the rate that is reached. Milliseconds. */
const ACCEPTED_P99_MS = 50;
/** Runs of which the middle one counts: one pause of a shared machine is enough to make a run's 99th percentile. */
const PACED_RUNS = 3;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    callers: { type: 'string', default: '1,16,64' },
    workflow: { type: 'string', default: 'mixed,pure,effects' },
    'no-floor': { type: 'boolean', default: false },
    // Also calls at half of the rate that was reached last, and how soon they are accepted.
    half: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const callerCounts = values.callers.split(',').map(Number);
const folder = dirname(fileURLToPath(import.meta.url));
const endpoints = readEndpoints(join(folder, '../..'));
const processes = [...Object.entries(endpoints.services), ...Object.entries(endpoints.servers)].map(
  ([name, { pid }]) => ({ name, pid }),
);
const names = processes.map(({ name }) => name);

const echo = fork(join(folder, 'echo-server.mjs'));
const echoPort = await new Promise((resolve) =>
  echo.once('message', (/** @type {{ port: number }} */ { port }) => resolve(port)),
);
const connection = await connect({ ...natsServer(endpoints.servers.nats.url), name: 'bench' });
const watcher = watchFinished(connection);

const workloads = [
  { name: 'mixed', journalEntries: 2, document: mixedWorkflow(`http://127.0.0.1:${echoPort}/`) },
  { name: 'pure', journalEntries: 1, document: pureWorkflow() },
  { name: 'effects', journalEntries: 6, document: effectsWorkflow(`http://127.0.0.1:${echoPort}/`) },
].filter(({ name }) => values.workflow.split(',').includes(name));

/** @type {(string | number)[][]} */
const rows = [];
/** @type {(string | number)[][]} */
const cpuRows = [];
/** @type {(string | number)[][]} */
const halfRows = [];
let cpuHeader = /** @type {string[]} */ ([]);

try {
  for (const { name, document, journalEntries } of workloads) {
    const workflow = await callApi(endpoints, 'POST', '/workflows', document);
    const url = workflow.trigger.config.url;
    await drive({ url, body: BODY, callers: 16, seconds: Math.min(3, seconds), watcher });
    let lastRate = 0;
    for (const callers of callerCounts) {
      process.stderr.write(`${name}, ${callers} caller(s), ${seconds} s …\n`);
      const before = measured((usage) => usage.cpuSeconds);
      const result = await drive({ url, body: BODY, callers, seconds, watcher });
      lastRate = result.perSecond;
      const used = measured((usage) => usage.cpuSeconds).map((total, index) => total - (before[index] ?? 0));
      const floor = values['no-floor']
        ? Number.NaN
        : await measureFloor(connection, {
            callers,
            seconds: Math.min(5, seconds),
            journalEntries,
            payload: new TextEncoder().encode(BODY.padEnd(600)),
          });
      rows.push([
        name,
        callers,
        result.perSecond.toFixed(0),
        result.recordedP50.toFixed(1),
        result.recordedP99.toFixed(1),
        result.acceptedP50.toFixed(1),
        result.acceptedP99.toFixed(1),
        ...(Number.isNaN(floor) ? ['–', '–'] : [floor.toFixed(0), (result.perSecond / floor).toFixed(2)]),
      ]);
      const cpu = used.map((seconds) => (seconds * 1000) / result.executions);
      cpuHeader = ['CPU ms/execution', 'callers', ...names, 'all'];
      cpuRows.push([
        name,
        callers,
        ...cpu.map((value) => value.toFixed(2)),
        cpu.reduce((sum, value) => sum + value, 0).toFixed(2),
      ]);
    }
    if (values.half) halfRows.push([name, ...(await paceAtHalf(name, url, lastRate / 2))]);
    await callApi(endpoints, 'DELETE', `/workflows/${workflow.id}`);
  }
  const memory = measured((usage) => usage.memoryMb);
  process.stdout.write(
    `\nClosed loop: each caller waits until its execution is recorded. Times in ms. The floor is the same JetStream messages and nothing else.\n\n`,
  );
  process.stdout.write(
    `${table(['workflow', 'callers', 'executions/s', 'recorded p50', 'p99', 'accepted p50', 'p99', 'floor/s', 'of floor'], rows)}\n\n`,
  );
  if (halfRows.length > 0)
    process.stdout.write(
      `At half of that rate, open loop; the middle one of ${PACED_RUNS} runs. Times in ms. The bare server only sends back what it gets.\n\n${table(['workflow', 'calls/s', 'calls', 'accepted p50', 'p99', 'bare p50', 'p99'], halfRows)}\n\n`,
    );
  process.stdout.write(`${table(cpuHeader, cpuRows)}\n\n`);
  process.stdout.write(
    `${table(['memory (PSS, MB)', ...names], [['after the load', ...memory.map((megabytes) => megabytes.toFixed(0))]])}\n`,
  );
} finally {
  echo.disconnect();
  await connection.close();
}

/**
 * Calls at a steady rate, several times, and judges the run in the middle.
 * @param {string} name of the workflow
 * @param {string} url
 * @param {number} perSecond
 * @returns {Promise<(string | number)[]>} the row of that run
 */
async function paceAtHalf(name, url, perSecond) {
  const bareUrl = `http://127.0.0.1:${echoPort}/`;
  /** @type {Awaited<ReturnType<typeof pace>>[]} */
  const runs = [];
  while (runs.length < PACED_RUNS) {
    process.stderr.write(`${name}, ${perSecond.toFixed(0)} calls a second, ${runs.length + 1} of ${PACED_RUNS} …\n`);
    runs.push(await pace({ url, bareUrl, body: BODY, perSecond, seconds }));
  }
  runs.sort((one, other) => one.acceptedP99 - other.acceptedP99);
  const [least, middle, most] = [runs[0], runs[runs.length >> 1], runs.at(-1)];
  if (!least || !middle || !most) throw new Error('no run');
  verdict(
    middle.acceptedP99 <= ACCEPTED_P99_MS,
    `${name}, accepted p99 at half load ${middle.acceptedP99.toFixed(0)} ms, ${(middle.acceptedP99 / ACCEPTED_P99_MS).toFixed(2)} of ${ACCEPTED_P99_MS} ms (${least.acceptedP99.toFixed(0)} to ${most.acceptedP99.toFixed(0)} ms in ${PACED_RUNS} runs)`,
  );
  const times = [middle.acceptedP50, middle.acceptedP99, middle.bareP50, middle.bareP99];
  return [perSecond.toFixed(0), middle.calls, ...times.map((time) => time.toFixed(1))];
}

/**
 * One figure of each process, in the order of `names`.
 * @param {(usage: ReturnType<typeof usageOfTree>) => number} figure
 */
function measured(figure) {
  return processes.map(({ pid }) => (pid === null ? 0 : figure(usageOfTree(pid))));
}
