// One scheduler with many schedules: how late it starts, how much memory it takes, how soon it is ready.
// `npm run bench -- schedules [SCHEDULES] [SECONDS] [EVERY] [HEAP_MB] [BURST]`. EVERY is an interval; `cron` for
// once a day at some minute in one of five time zones; `seconds` for the same at some second, so that hardly two have the same expression. BURST of the schedules are due at one moment, in the midst of the measurement.
// Needs the built workspace and the servers of deploy/local.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { untilReady } from '@millrace/local/readiness';
import { residentMb, usageOfTree } from '@millrace/local/usage';
import { openTestServers } from '@millrace/local/servers';
import { ActiveSnapshot, newId, RunRequested, ScheduleSnapshot } from '../../packages/contracts/dist/index.js';
import { connectBus, silentLogger } from '../../packages/messaging/dist/index.js';
import { percentile } from '../lib/percentile.mjs';
import { verdict } from '../lib/verdict.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SCHEDULES = Number(process.argv[2] ?? 100_000);
const SECONDS = Number(process.argv[3] ?? 60);
const EVERY = process.argv[4] ?? '10m';
/** What the manifest of the scheduler has; a schedule takes some 0.96 KB of it. */
const HEAP_MB = Number(process.argv[5] ?? 256);
/** How many are due at the same moment; when they have started is told apart from the rest. */
const BURST = Number(process.argv[6] ?? 0);
if (![SCHEDULES, SECONDS, HEAP_MB, BURST].every(Number.isFinite))
  throw new Error(
    'npm run bench -- schedules [SCHEDULES] [SECONDS] [EVERY] [HEAP_MB] [BURST]: all but EVERY are numbers',
  );
const ORGANISATIONS = 100;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'];
const DAY_MS = 24 * 60 * 60 * 1_000;
const AT_ONCE = 200;
const PORT = 29_187;
const BUDGET = { lagMs: 1_000, memoryMib: 200, startMs: 10_000 };

const servers = openTestServers(process.env);
const [nats, redis] = await Promise.all([servers.startNats(), servers.startRedis()]);
const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
const organisations = Array.from({ length: ORGANISATIONS }, () => newId('organisation'));
const isCron = EVERY === 'cron' || EVERY === 'seconds';
const everyMs = isCron
  ? DAY_MS
  : ({ s: 1_000, m: 60_000, h: 3_600_000 }[EVERY.at(-1) ?? ''] ?? Number.NaN) * Number.parseInt(EVERY, 10);
/** The burst: the scheduler is ready by then, and the measurement not over. */
const burstAt = Math.ceil(Date.now() / 1_000) * 1_000 + SCHEDULES * 0.3 + (SECONDS * 1_000) / 3;

const publishing = performance.now();
for (let from = 0; from < SCHEDULES; from += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, SCHEDULES - from) }, (_, at) => publish(from + at)));
console.log(`${SCHEDULES} schedules published in ${((performance.now() - publishing) / 1_000).toFixed(0)} s`);

const starting = performance.now();
const scheduler = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, 'apps/scheduler/dist/program/main.js'], {
  cwd: root,
  env: {
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_REDIS_URL: redis.url,
    MILLRACE_HEALTH_PORT: String(PORT),
    MILLRACE_STORAGE_QUOTA_PERCENT: '0',
    MILLRACE_LOG_LEVEL: 'error',
  },
  stdio: ['ignore', 'inherit', 'inherit'],
});
try {
  await untilReady(`http://127.0.0.1:${PORT}`, () => {
    if (hasEnded(scheduler))
      throw new Error(`The scheduler ended before it was ready: HEAP_MB, here ${HEAP_MB}, may be too little.`);
  });
  const startMs = performance.now() - starting;
  const readyAt = Date.now();
  const pid = scheduler.pid ?? 0;
  const startCpu = usageOfTree(pid).cpuSeconds;
  await sleep(SECONDS * 1_000);
  const runCpu = usageOfTree(pid).cpuSeconds - startCpu;
  const ownMib = residentMb(pid, 'RssAnon') ?? 0;
  const mostMib = residentMb(pid, 'VmHWM') ?? 0;
  const { lags, ofBurst } = await lagsSince(readyAt);
  report('ready after', startMs, BUDGET.startMs, 'ms');
  report(`late, p50 of ${lags.length} starts`, percentile(lags, 0.5), BUDGET.lagMs, 'ms');
  report('late, p99', percentile(lags, 0.99), BUDGET.lagMs, 'ms');
  console.log(`late, the latest: ${lags.at(-1)} ms`);
  if (BURST > 0)
    console.log(
      `${ofBurst.length} of ${BURST} due at one moment: half of them started within ${percentile(ofBurst, 0.5)} ms, all within ${ofBurst.at(-1)} ms`,
    );
  report('memory of its own', ownMib, BUDGET.memoryMib, 'MiB');
  console.log(`at most ${mostMib.toFixed(0)} MiB with what it shares: Node's program and libraries`);
  // Beside other work the times above say little; what the process computed says more.
  console.log(
    `computing: ${startCpu.toFixed(1)} s until it was ready, ${runCpu.toFixed(1)} s in the ${SECONDS} s after it`,
  );
  console.log(
    `expected: ${Math.round((SCHEDULES / everyMs) * SECONDS * 1_000)} starts of schedules each ${isCron ? 'day' : EVERY}`,
  );
} finally {
  scheduler.kill('SIGTERM');
  await bus.close();
  await Promise.all([nats.stop(), redis.stop()]);
}

/** As `definitions` does it. Each begins at another moment, so that starts are spread. @param {number} number */
async function publish(number) {
  const workflow = {
    organisation_id: organisations[number % ORGANISATIONS] ?? '',
    workflow_id: newId('workflow'),
  };
  const since = new Date(Date.now() - Math.floor(Math.random() * Math.min(everyMs, DAY_MS / 24))).toISOString();
  const config = JSON.stringify(number < BURST ? { interval: '1h', start_at: iso(burstAt) } : timesOf(number, since));
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, version: 1, status: 'active' });
  await bus.snapshots.put(ScheduleSnapshot, workflow, {
    ...workflow,
    active: true,
    schedules: [{ config, paused: false, since }],
  });
}

/** @param {number} number @param {string} since */
function timesOf(number, since) {
  if (!isCron) return { interval: EVERY, start_at: since };
  const second = Math.floor(Math.random() * 86_400);
  const cron = `${EVERY === 'seconds' ? second % 60 : 0} ${Math.floor(second / 60) % 60} ${Math.floor(second / 3_600)} * * *`;
  return { cron, timezone: ZONES[number % ZONES.length] };
}

/** @param {number} instant */
function iso(instant) {
  return new Date(instant).toISOString();
}

/** @param {import('node:child_process').ChildProcess} child */
function hasEnded({ exitCode, signalCode }) {
  return exitCode !== null || signalCode !== null;
}

/** How late starts whose time came after `readyAt` were stored, in order. @param {number} readyAt */
async function lagsSince(readyAt) {
  /** @type {number[]} */
  const lags = [];
  /** @type {number[]} */
  const ofBurst = [];
  for (let sequence = 1; ;) {
    const page = await bus.readFrom(RunRequested, sequence, 500);
    const last = page.at(-1);
    if (last === undefined) return { lags: lags.sort((a, b) => a - b), ofBurst: ofBurst.sort((a, b) => a - b) };
    sequence = last.sequence + 1;
    for (const { payload, publishedAt } of page) {
      const dueAt = Date.parse(payload.trigger.type === 'schedule' ? String(payload.trigger.scheduled_at) : '');
      if (dueAt >= readyAt) (dueAt === burstAt ? ofBurst : lags).push(Date.parse(publishedAt) - dueAt);
    }
  }
}

/** @param {string} what @param {number} value @param {number} budget @param {string} unit */
function report(what, value, budget, unit) {
  verdict(value <= budget, `${what} ${value.toFixed(0)} ${unit}, ${(value / budget).toFixed(2)} of ${budget} ${unit}`);
}
