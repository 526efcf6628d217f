import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { printTable } from '../src/print.mjs';

const require = createRequire(import.meta.url);

/** Flights within the United States, of the first months of 2001. */
const file = require.resolve('vega-datasets/data/flights-2k.json');

/**
 * Shows when the report is due around the night in which clocks change, and has the schedule start one now.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector }} run
 */
export async function feed({ api, workflow, collector }) {
  collector.serve('/flights.json', readFileSync(file));
  const { cron, timezone } = workflow.trigger.config;
  const asked = { cron, timezone, count: 3, from: '2027-03-27T00:00:00Z' };
  const preview = await api.call('POST', '/schedules/preview', asked);
  console.log(`${preview.description}, ${timezone}:`);
  for (const { local, note } of preview.runs) console.log(`  ${local}${note === null ? '' : `  ${note}`}`);

  const { execution_id: id } = await api.call('POST', `/workflows/${workflow.id}/schedules/0/trigger`);
  const { status, error } = await api.ended(id);
  console.log(`\nStarted now: ${status}`);
  if (error) console.log(error);
  for (const { flights, late, airports } of collector.taken.get('/reports') ?? []) {
    console.log(`${flights} flights, ${late} late\n`);
    printTable(
      ['airport', 'flights', 'late', 'latest'],
      airports.map((/** @type {any} */ row) => [row.airport, row.flights, row.late, row.latest]),
    );
  }
  // Every night it would call a service that is gone with this program.
  await api.call('POST', `/workflows/${workflow.id}/pause`);
  console.log('\nThe workflow is paused again.');
  if (status !== 'completed') process.exitCode = 1;
}
