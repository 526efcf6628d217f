import { createRequire } from 'node:module';
import { printTable } from '../src/print.mjs';

const require = createRequire(import.meta.url);

/** Payloads that GitHub really sent, collected by its users: 58 kinds of events. @type {{ name: string, examples: any[] }[]} */
const events = require('@octokit/webhooks-examples');

/**
 * Delivers every payload as GitHub would, four at a time, and shows the reports that arrived.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector }} run
 */
export async function feed({ api, workflow, collector }) {
  const deliveries = events.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload })));
  /** @type {string[]} */
  const accepted = [];
  let next = 0;
  const deliver = async () => {
    for (let delivery = deliveries[next++]; delivery; delivery = deliveries[next++]) {
      accepted.push(await post(workflow.trigger.config.url, delivery.event, delivery.payload));
    }
  };
  await Promise.all([deliver(), deliver(), deliver(), deliver()]);

  const ends = [];
  for (const executionId of accepted) ends.push(await api.ended(executionId));
  const completed = ends.filter((execution) => execution.status === 'completed');
  console.log(`${deliveries.length} webhooks delivered, ${accepted.length} accepted, ${completed.length} completed\n`);
  for (const execution of ends) {
    if (execution.status !== 'completed') console.log(`${execution.id}: ${execution.status}`, execution.error);
  }
  printSummary(collector.taken.get('/reports') ?? []);
  if (completed.length !== deliveries.length) process.exitCode = 1;
}

/**
 * @param {string} url
 * @param {string} event
 * @param {unknown} payload
 * @returns {Promise<string>} the execution's id
 */
async function post(url, event, payload) {
  const headers = { 'content-type': 'application/json', 'x-github-event': event };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(payload) });
  const body = /** @type {any} */ (await answer.json());
  if (answer.status !== 202) throw new Error(`${event} was refused: ${JSON.stringify(body)}`);
  return body.execution_id;
}

/** @param {any[]} reports */
function printSummary(reports) {
  const kinds = ['code', 'ticket', 'security', 'other'];
  const rows = kinds.map((kind) => {
    const of = reports.filter((report) => report.about.kind === kind);
    const sum = (/** @type {(report: any) => number} */ count) =>
      of.reduce((total, report) => total + count(report), 0);
    return [
      kind,
      of.length,
      sum((report) => report.about.commits?.length ?? 0),
      sum((report) => report.about.labels?.length ?? 0),
      sum((report) => (report.large ? 1 : 0)),
    ];
  });
  printTable(['kind', 'reports', 'commits', 'labels', 'large'], rows);
  const texts = (/** @type {string} */ kind) =>
    [...new Set(reports.filter((report) => report.about.kind === kind).map((report) => report.about.text))].sort();
  console.log('\nPushes and security reports:');
  for (const text of [...texts('code'), ...texts('security')]) console.log(`  ${text}`);
}
