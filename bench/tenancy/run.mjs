// Whether the time of a response shows that an id is another organisation's: npm run bench -- tenancy [pairs]
// Two organisations on the running platform. For every route with an id that the declarations of the endpoints have, one of them asks
// for what is the other's and for what is nobody's, in turns, each time in an order by chance; the owner uses its things meanwhile.
// An interrupt (Ctrl-C) ends it early, with a report of the pairs that there are.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from '@millrace/local/table';
import { Client } from 'undici';
import { medianInterval } from '../lib/median-interval.mjs';
import { readEndpoints } from '../lib/platform.mjs';
import { idsOf, makeOrganisation } from './organisation.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { approvalIdOf, ENDPOINTS, newFileId, newId, pathParametersOf, randomSecret } = await import(
  join(root, 'packages/contracts/dist/index.js')
);

const PAIRS = Number(process.argv[2] ?? 150);
/** Rounds between uses by the owner. */
const USED_EVERY = 5;
/** The chance that a run finds a difference where there is none, over all routes. */
const RISK = 0.05;
/** What has the name is made, whoever has another thing of that name. */
const MAKES_BY_NAME = ['putSecret', 'putVariable', 'putMailSender', 'putAiProvider'];

/** @typedef {import('../../packages/contracts/dist/index.js').EndpointDeclaration} Endpoint */

/** @type {Endpoint[]} */
const routes = ENDPOINTS.filter(
  (/** @type {Endpoint} */ { id, path, access }) =>
    access !== 'public' && pathParametersOf(path).some(isAnId) && !MAKES_BY_NAME.includes(id),
);
const endpoints = readEndpoints(root);
const organisationNamed = (/** @type {string} */ name) => makeOrganisation(endpoints, `${name} of bench tenancy`);
const [owner, stranger] = await Promise.all([organisationNamed('Owner'), organisationNamed('Stranger')]);
const client = new Client(new URL(endpoints.api_url).origin);
try {
  const foreign = await idsOf(owner, endpoints.api_url);
  const nobodys = idsOfNobody();
  const differences = new Map(routes.map(({ id }) => [id, /** @type {number[]} */ ([])]));
  const times = new Map(
    routes.map(({ id }) => [
      id,
      /** @type {{ foreign: number[], nobodys: number[] }} */ ({ foreign: [], nobodys: [] }),
    ]),
  );
  let stops = false;
  process.once('SIGINT', () => (stops = true));
  // The first two warm up what they go through.
  for (let round = -2; round < PAIRS && !stops; round++) {
    process.stderr.write(`\r${round + 2} of ${PAIRS + 2} `);
    if (round % USED_EVERY === 0) await useAll(foreign);
    for (const route of routes) {
      const foreignFirst = Math.random() < 0.5;
      const first = await timeOf(route, foreignFirst ? foreign : nobodys);
      const second = await timeOf(route, foreignFirst ? nobodys : foreign);
      if (round < 0) continue;
      const [known, unknown] = foreignFirst ? [first, second] : [second, first];
      differences.get(route.id)?.push(known - unknown);
      times.get(route.id)?.foreign.push(known);
      times.get(route.id)?.nobodys.push(unknown);
    }
  }
  report(differences, times);
} finally {
  await client.close();
  for (const organisation of [owner, stranger]) await organisation.remove();
}

/** Whether it says which thing is meant, other than by what every organisation may have. @param {string} parameter */
function isAnId(parameter) {
  return !['step_type', 'link_token'].includes(parameter);
}

/** Of the same forms, and of nothing. @returns {Record<string, string>} */
function idsOfNobody() {
  const kinds = ['workflow', 'execution', 'token', 'job', 'mailbox', 'subscription', 'delivery', 'organisation'];
  const names = ['secret', 'variable', 'sender', 'provider', 'signal'];
  return {
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_id`, newId(kind)])),
    ...Object.fromEntries(names.map((name) => [`${name}_name`, 'nobodys'])),
    version: '1',
    index: '0',
    path: 'each',
    webhook_id: `wh_${randomSecret(24)}`,
    file_id: newFileId(newId('execution')),
    approval_id: approvalIdOf(newId('execution'), 'ask', 1),
    dead_letter_id: 'dl_999999999',
  };
}

/** @param {Endpoint} route @param {Record<string, string>} ids */
function pathOf(route, ids) {
  return route.path.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`There is no id for {${name}} of ${route.id}: add one`);
    return id;
  });
}

/**
 * How long the stranger's call takes, in microseconds.
 * @param {Endpoint} route
 * @param {Record<string, string>} ids
 */
async function timeOf(route, ids) {
  const path = /** @type {`/${string}`} */ (pathOf(route, ids));
  const json = route.body?.example === undefined ? undefined : JSON.stringify(route.body.example);
  const headers = {
    authorization: `Bearer ${stranger.token}`,
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const began = performance.now();
  const { statusCode, body } = await client.request({ method: route.method, path, headers, body: json ?? null });
  const text = await body.text();
  const took = (performance.now() - began) * 1_000;
  const refused = route.access === 'operator' ? 403 : 404;
  // A list of what belongs to an id is empty.
  const isEmpty = statusCode === 200 && text.includes('"has_more":false');
  if (statusCode !== refused && !isEmpty) throw new Error(`${route.id} returned ${statusCode}: ${text}`);
  return took;
}

/** The owner's calls, which leave in memory what can be left there. @param {Record<string, string>} ids */
async function useAll(ids) {
  await owner.call('POST', `/workflows/${ids.workflow_id}/execute`, { input: {} });
  await owner.call('POST', `/webhooks/${ids.webhook_id}`, {});
  for (const route of routes) {
    if (route.method !== 'GET' || route.streams || route.access === 'operator') continue;
    const response = await fetch(new URL(pathOf(route, ids), endpoints.api_url), {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    await response.arrayBuffer();
  }
}

/** @param {Map<string, number[]>} differences @param {Map<string, { foreign: number[], nobodys: number[] }>} times */
function report(differences, times) {
  const rows = routes.map(({ id }) => {
    const { median, from, to } = medianInterval(differences.get(id) ?? [], RISK / routes.length);
    const [known, unknown] = [times.get(id)?.foreign, times.get(id)?.nobodys].map((all = []) => middle(all).toFixed(0));
    const told = from > 0 || to < 0;
    return { id, told, widest: Math.max(-from, to), cells: [known, unknown, median, from, to] };
  });
  const header = ['route, times in µs', "another's", "nobody's", 'difference', 'from', 'to', ''];
  const lines = rows.map(({ id, told, cells }) => [
    id,
    ...cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : (cell ?? ''))),
    told ? 'CAN BE TOLD' : '',
  ]);
  const told = rows.filter((row) => row.told);
  process.stdout.write(`\n${table(header, lines)}\n\n`);
  process.stdout.write(
    `${told.length === 0 ? 'No route can be told apart' : `${told.length} CAN BE TOLD APART: ${told.map(({ id }) => id).join(', ')}`}, of ${routes.length}, by ${differences.get(routes[0]?.id ?? '')?.length} pairs of each (${RISK} for all). A median difference of more than ${middle(rows.map(({ widest }) => widest)).toFixed(0)} µs would have shown at half of them, of ${Math.max(...rows.map(({ widest }) => widest)).toFixed(0)} at each.\n`,
  );
  process.exitCode = told.length === 0 ? 0 : 1;
}

/** @param {number[]} values */
function middle(values) {
  return medianInterval(values, RISK).median;
}
