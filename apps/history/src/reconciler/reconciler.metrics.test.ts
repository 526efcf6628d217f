import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '@millrace/service-kit/metrics';
import { refusedDocuments } from '../executions/projection.metrics.js';
import { reconciledExecutions } from './reconciler.metrics.js';

/** What makes the alerts fire, as promtool gets it. */
const ALERT_TESTS = readFileSync(join(__dirname, '../../../../deploy/observability/alerts.test.yaml'), 'utf8');

test.each([
  ['millrace_history_reconciled_total', reconciledExecutions],
  ['millrace_history_refused_documents_total', refusedDocuments],
])('%s is there before it rises, by each outcome that its alert is tested with', async (name, metric) => {
  const outcomes = [...ALERT_TESTS.matchAll(new RegExp(`${name}\\{[^}]*outcome="(\\w+)"`, 'g'))].map(([, one]) => one);
  expect(outcomes.length).toBeGreaterThan(0);
  const { values } = await metric.get();
  expect(values.map(({ value }) => value)).toEqual(values.map(() => 0));
  expect(values.map(({ labels }) => labels.outcome)).toEqual(expect.arrayContaining([...new Set(outcomes)]));
  expect(await registry.metrics()).toContain(`${name}{outcome="${outcomes[0]}"} 0`);
});
