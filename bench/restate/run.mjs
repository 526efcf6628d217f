// `npm run bench -- restate [--runs 3] [--seconds 10] [--callers 1,16,64] [--workflow effects,pure]`: the same work by the running platform and by Restate, in turns.
import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '@millrace/local/table';
import { connect } from '@nats-io/transport-node';
import { callApi, natsServer, readEndpoints } from '../lib/platform.mjs';
import { verdict } from '../lib/verdict.mjs';
import { drive, watchFinished } from '../main-job/load.mjs';
import { BODY, effectsWorkflow, pureWorkflow } from '../main-job/workflows.mjs';
import { driveRestate, startRestate } from './restate.mjs';

/** What _effects_ is to be of Restate's rate, by the number of callers. */
const AIMS = new Map([
  [1, 1],
  [16, 2],
  [64, 2],
]);
const WARM_UP_SECONDS = 3;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    callers: { type: 'string', default: '1,16,64' },
    workflow: { type: 'string', default: 'effects,pure' },
  },
});
const seconds = Number(values.seconds);
const callerCounts = values.callers.split(',').map(Number);
const folder = dirname(fileURLToPath(import.meta.url));
const repository = join(folder, '../..');
const endpoints = readEndpoints(repository);

const echo = fork(join(folder, '../main-job/echo-server.mjs'));
const echoPort = await new Promise((resolve) =>
  echo.once('message', (/** @type {{ port: number }} */ { port }) => resolve(port)),
);
const echoUrl = `http://127.0.0.1:${echoPort}/`;
const connection = await connect({ ...natsServer(endpoints.servers.nats.url), name: 'bench' });
const watcher = watchFinished(connection);
const restate = await startRestate(join(process.env.MILLRACE_HOME ?? join(repository, '.millrace'), 'cache'));

/** @type {(string | number)[][]} */
const rows = [];
try {
  for (const name of values.workflow.split(',')) {
    const workflow = await callApi(
      endpoints,
      'POST',
      '/workflows',
      name === 'pure' ? pureWorkflow() : effectsWorkflow(echoUrl),
    );
    const ours = { url: workflow.trigger.config.url, body: BODY, watcher };
    const theirs = {
      url: `${restate.address}/bench/${name}`,
      body: JSON.stringify({ ...JSON.parse(BODY), url: echoUrl }),
    };
    await drive({ ...ours, callers: 16, seconds: WARM_UP_SECONDS });
    await driveRestate({ ...theirs, callers: 16, seconds: WARM_UP_SECONDS });
    for (const callers of callerCounts) {
      /** @type {{ perSecond: number, p50: number }[]} */
      const oursRuns = [];
      /** @type {{ perSecond: number, p50: number }[]} */
      const theirRuns = [];
      for (let run = 1; run <= Number(values.runs); run++) {
        process.stderr.write(`${name}, ${callers} caller(s), run ${run} …\n`);
        const { perSecond, recordedP50 } = await drive({ ...ours, callers, seconds });
        oursRuns.push({ perSecond, p50: recordedP50 });
        theirRuns.push(await driveRestate({ ...theirs, callers, seconds }));
      }
      rows.push(compared(name, callers, oursRuns, theirRuns));
    }
    await callApi(endpoints, 'DELETE', `/workflows/${workflow.id}`);
  }
} finally {
  restate.stop();
  echo.disconnect();
  await connection.close();
}
process.stdout.write(
  `\nClosed loop, in turns, medians of ${values.runs} runs of ${seconds} s. Ours wait until the execution is recorded, Restate's for the result. Times in ms.\n\n`,
);
process.stdout.write(
  `${table(['workflow', 'callers', 'ours/s', 'runs', 'Restate/s', 'runs', 'ratio', 'ours p50', 'Restate p50'], rows)}\n`,
);

/**
 * @param {string} name
 * @param {number} callers
 * @param {{ perSecond: number, p50: number }[]} ours
 * @param {{ perSecond: number, p50: number }[]} theirs
 */
function compared(name, callers, ours, theirs) {
  const rates = (/** @type {{ perSecond: number }[]} */ runs) => runs.map(({ perSecond }) => perSecond);
  const latencies = (/** @type {{ p50: number }[]} */ runs) => runs.map(({ p50 }) => p50);
  const ratio = median(rates(ours)) / median(rates(theirs));
  const aim = AIMS.get(callers);
  if (name === 'effects' && aim !== undefined)
    verdict(ratio >= aim, `${name}, ${callers} caller(s): ${ratio.toFixed(2)} of Restate's rate, the aim is ${aim}`);
  const all = (/** @type {{ perSecond: number }[]} */ runs) =>
    rates(runs)
      .map((rate) => rate.toFixed(0))
      .join(' ');
  return [
    name,
    callers,
    median(rates(ours)).toFixed(0),
    all(ours),
    median(rates(theirs)).toFixed(0),
    all(theirs),
    ratio.toFixed(2),
    median(latencies(ours)).toFixed(1),
    median(latencies(theirs)).toFixed(1),
  ];
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
