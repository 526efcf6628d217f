import { homePaths, resolveHome } from '../paths.mjs';
import { readEndpoints } from '../platform/endpoints.mjs';
import { currentOwner } from '../platform/ownership.mjs';
import { DEMO_MODEL } from '../platform/demo-model-unit.mjs';
import { MAIL_HOUSE, MAIL_HOUSE_IMAP } from '../platform/mail-house-unit.mjs';
import { isReady } from '../platform/readiness.mjs';
import { residentMb, usageOfTree } from '../processes/usage.mjs';
import { natsProblem } from '../servers/nats-health.mjs';
import { addressOf, imapGreets, mongoAnswers, natsAnswers, redisAnswers } from '../servers/probe.mjs';
import { table } from '../table.mjs';

/**
 * One line of the table.
 *
 * @typedef {object} StatusRow
 * @property {string} name
 * @property {'service' | 'server'} kind
 * @property {number | null} pid
 * @property {number | null} port
 * @property {number | null} memory_mb resident; of a server with its child processes, shared pages counted once
 * @property {boolean} healthy
 * @property {number} [restarts] since the start
 * @property {string} [note]     what is wrong, or why it last ended by itself
 */

/**
 * Prints what runs in this home.
 *
 * @param {import('./start.mjs').CommandContext & { json: boolean }} context
 * @returns {Promise<number>} exit code: 0 all is healthy, 1 something is not, 3 it is not running
 */
export async function statusCommand({ repoRoot, env, json }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const owner = currentOwner(paths);
  const endpoints = readEndpoints(paths.endpointsFile);
  const state = owner?.state ?? 'down';
  const rows = owner && endpoints ? await statusRows(endpoints) : [];
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ state, home: paths.home, api_url: rows.length ? endpoints?.api_url : undefined, rows }, null, 2)}\n`,
    );
  } else {
    process.stdout.write(`Millrace is ${state}${owner ? ` (pid ${owner.supervisor.pid})` : ''}, home ${paths.home}\n`);
    if (rows.length > 0) process.stdout.write(`${statusTable(rows)}\n${endpoints?.api_url}\n`);
  }
  if (state === 'down') return 3;
  return state === 'up' && rows.every((row) => row.healthy) ? 0 : 1;
}

/**
 * @param {import('../platform/endpoints.mjs').Endpoints} endpoints
 * @returns {Promise<StatusRow[]>}
 */
async function statusRows({ servers, services, ai, mail }) {
  const probes = { nats: natsAnswers, redis: redisAnswers, mongodb: mongoAnswers };
  const serverRows = Object.entries(probes).map(async ([key, answers]) => {
    const name = /** @type {keyof typeof probes} */ (key);
    const { url, pid, restarts, last_end } = servers[name];
    const problem = name === 'nats' ? await problemOf(servers.nats) : undefined;
    const backend = name === 'mongodb' ? servers.mongodb.backend?.pid : undefined;
    return {
      name,
      kind: /** @type {const} */ ('server'),
      pid,
      port: addressOf(url, 0).port,
      memory_mb: memoryOf([pid, backend ?? null], (each) => usageOfTree(each).memoryMb || undefined),
      healthy: problem === undefined && (await answers(url)),
      restarts,
      note: problem ?? noteOf(last_end),
    };
  });
  const serviceRows = Object.entries(services).map(async ([name, { pid, port, health_url, restarts, last_end }]) => {
    const healthy = await isReady(health_url);
    return {
      name,
      kind: /** @type {const} */ ('service'),
      pid,
      port: port ?? Number(new URL(health_url).port),
      memory_mb: memoryOf([pid], residentMb),
      healthy,
      restarts,
      note: noteOf(last_end),
    };
  });
  const programRows = [
    ...(ai === undefined ? [] : [programRow(DEMO_MODEL, ai.base_url, ai)]),
    ...(mail === undefined ? [] : [programRow(MAIL_HOUSE, mail.web_url, mail)]),
    ...(mail?.imap_url === undefined || mail.imap === undefined ? [] : [mailboxRow(mail.imap_url, mail.imap)]),
  ];
  return Promise.all([...serverRows, ...programRows, ...serviceRows]);
}

/**
 * @param {string} url
 * @param {Omit<import('../platform/endpoints.mjs').ServerEndpoint, 'url'>} process
 * @returns {Promise<StatusRow>}
 */
async function mailboxRow(url, { pid, restarts, last_end }) {
  const { port } = addressOf(url, 0);
  return {
    name: MAIL_HOUSE_IMAP,
    kind: 'server',
    pid,
    port,
    memory_mb: memoryOf([pid], (each) => usageOfTree(each).memoryMb || undefined),
    healthy: await imapGreets(port),
    restarts,
    note: noteOf(last_end),
  };
}

/**
 * One of the programs that stand in for services of others.
 *
 * @param {string} name
 * @param {string} url of its pages
 * @param {Pick<import('../platform/endpoints.mjs').DemoModelEndpoint, 'pid' | 'restarts' | 'last_end'>} process
 * @returns {Promise<StatusRow>}
 */
async function programRow(name, url, { pid, restarts, last_end }) {
  return {
    name,
    kind: 'server',
    pid,
    port: addressOf(url, 0).port,
    memory_mb: memoryOf([pid], residentMb),
    healthy: await isReady(new URL(url).origin),
    restarts,
    note: noteOf(last_end),
  };
}

/**
 * What is wrong with NATS: what the supervisor waits for, else what it says itself.
 *
 * @param {import('../platform/endpoints.mjs').NatsEndpoint} nats
 */
async function problemOf({ problem, monitor_url }) {
  return problem ?? (monitor_url === undefined ? undefined : natsProblem(monitor_url));
}

/** @param {import('../processes/supervisor.mjs').End | undefined} end */
function noteOf(end) {
  return end && `last at ${end.at.slice(11, 19)} UTC: ${end.reason}`;
}

/**
 * @param {(number | null)[]} pids
 * @param {(pid: number) => number | undefined} measure
 * @returns {number | null} MB with one decimal
 */
function memoryOf(pids, measure) {
  const known = pids.flatMap((pid) => (pid === null ? [] : (measure(pid) ?? [])));
  return known.length === 0 ? null : Math.round(known.reduce((total, each) => total + each, 0) * 10) / 10;
}

/** @param {StatusRow[]} rows */
function statusTable(rows) {
  const cells = rows.map((row) => [
    row.name,
    row.pid ?? '-',
    row.port ?? '-',
    row.memory_mb === null ? '-' : row.memory_mb.toFixed(1),
    row.healthy ? 'ready' : 'NOT READY',
    [row.restarts ? `restarted ${row.restarts}×` : '', row.note ?? ''].filter(Boolean).join(', '),
  ]);
  const lines = table(['', 'pid', 'port', 'MB', 'health', ''], cells, { texts: [0, 4, 5], rule: false }).split('\n');
  const total = rows.reduce((mb, row) => mb + (row.memory_mb ?? 0), 0).toFixed(0);
  return [...lines, `${total} MB in all`].map((line) => `  ${line}`).join('\n');
}
