import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { printTable } from '../src/print.mjs';

const require = createRequire(import.meta.url);

/** A week of the U.S. Geological Survey's feed as it was served in February 2018: 1,707 events. */
const file = require.resolve('vega-datasets/data/earthquakes.json');

/**
 * Serves the recorded feed, runs the workflow once, and shows the alerts that arrived and the execution's output.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector }} run
 */
export async function feed({ api, workflow, collector }) {
  collector.serve('/all_week.geojson', readFileSync(file));
  const execution = await api.run(workflow.id, {});
  console.log(`Execution ${execution.status}, ${execution.steps_total} step runs\n`);
  if (execution.status !== 'completed') {
    console.log(execution.error);
    process.exitCode = 1;
    return;
  }
  const alerts = collector.taken.get('/alerts') ?? [];
  printTable(
    ['channel', 'at', 'text'],
    alerts.map((alert) => [alert.channel, alert.at, alert.text]),
  );
  console.log('\nOutput of the execution:');
  console.log(JSON.stringify(execution.output, null, 2));
}
