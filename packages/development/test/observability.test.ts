import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dashboard } from '../src/observability/dashboard.js';
import { ROWS } from '../src/observability/panels.js';
import { REPOSITORY } from './kubernetes/repository.js';

const read = (...path: string[]): string => readFileSync(join(REPOSITORY, ...path), 'utf8');
const ALERTS = (
  parse(read('deploy', 'observability', 'alerts.yaml')) as {
    groups: { rules: { alert: string; expr: string; annotations: { runbook: string } }[] }[];
  }
).groups.flatMap(({ rules }) => rules);
const TESTS = (
  parse(read('deploy', 'observability', 'alerts.test.yaml')) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  }
).tests.flatMap(({ alert_rule_test: tests }) => tests);

/** The metrics of the page, with what Prometheus makes of histograms. */
const documented = new Set(
  [...read('docs', 'observability.md').matchAll(/^\| `(millrace_\w+)` +\| (\w+)/gm)].flatMap(([, name, kind]) =>
    kind === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => `${name}${end}`) : [name],
  ),
);

const metricsIn = (query: string): string[] => query.match(/millrace_\w+/g) ?? [];

test('the dashboard is what its panels say (npm run dashboard)', () => {
  expect(JSON.parse(read('deploy', 'observability', 'dashboard.json'))).toEqual(
    JSON.parse(JSON.stringify(dashboard())),
  );
});

test.each(ALERTS.map(({ alert, annotations, expr }) => [alert, annotations.runbook, expr] as const))(
  '%s has a runbook, is tested both ways, and looks at metrics that there are',
  (alert, runbook, expr) => {
    expect(runbook).toBe(`docs/runbooks/${alert}.md`);
    expect(read(runbook)).toContain(`# ${alert}\n`);
    const expected = TESTS.filter(({ alertname }) => alertname === alert).map(
      ({ exp_alerts: found }) => found.length > 0,
    );
    expect(expected).toEqual(expect.arrayContaining([true, false]));
    expect(metricsIn(expr).filter((name) => !documented.has(name))).toEqual([]);
  },
);

test('each runbook is of an alert or of what has none, and in the list of them', () => {
  const pages = readdirSync(join(REPOSITORY, 'docs', 'runbooks')).filter((name) => name !== 'README.md');
  const names = ALERTS.map(({ alert }) => `${alert}.md`);
  expect(pages.filter((name) => name.startsWith('Millrace')).sort()).toEqual(names.sort());
  const listed = [...read('docs', 'runbooks', 'README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
  expect(listed.sort()).toEqual(pages.sort());
});

test('the dashboard looks at metrics that there are', () => {
  const queries = ROWS.flatMap(({ panels }) => panels).flatMap((panel) => panel.queries.map(({ expr }) => expr));
  expect(queries.flatMap(metricsIn).filter((name) => !documented.has(name))).toEqual([]);
});
