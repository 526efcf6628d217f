import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DASHBOARDS, importable } from '../src/observability/dashboards.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { DOCUMENTED } from './observability/exported-series.js';
import { selectorsOf } from './observability/selectors.js';

/*
 * That panels name metrics, labels and values which processes export is in observability-series.test.ts, that Prometheus understands their queries in
 * observability.int.test.ts.
 */

const FOLDER = join(REPOSITORY, 'deploy', 'observability');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

interface Placed {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const FILES = readdirSync(FOLDER)
  .filter((name) => name.startsWith('dashboard'))
  .map((name) => [name, JSON.parse(read(name)) as { uid: string; title: string; panels: Placed[] }] as const);

const PANELS = DASHBOARDS.flatMap(({ rows }) => rows).flatMap(({ panels }) => panels);
const QUERIES = PANELS.flatMap(({ title, queries }) => queries.map(({ expr }) => [title, expr] as const));

const ALERTS = (
  parse(read('alerts.yaml')) as { groups: { rules: { alert: string; expr: string }[] }[] }
).groups.flatMap(({ rules }) => rules);

const metricsOf = (expr: string): string[] => selectorsOf(expr).map(({ metric }) => metric);
const SHOWN = new Set(QUERIES.flatMap(([, expr]) => metricsOf(expr)));

/** What Prometheus stores of a metric, by any of which it is shown. */
const seriesOf = ({ name, kind }: { name: string; kind: string }): string[] =>
  kind === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];

const repeated = <T>(all: readonly T[]): T[] => all.filter((one, index) => all.indexOf(one) !== index);

test('the dashboards are what their panels say (npm run dashboard)', () => {
  const said = DASHBOARDS.map((one) => [one.file, JSON.parse(JSON.stringify(importable(one))) as unknown] as const);
  expect(Object.fromEntries(FILES)).toEqual(Object.fromEntries(said));
});

test('none replaces another one when both are imported', () => {
  expect(repeated(FILES.map(([, { uid }]) => uid))).toEqual([]);
  expect(repeated(FILES.map(([, { title }]) => title))).toEqual([]);
});

test.each(FILES)('each panel of %s has an id, a title and a place of its own', (_name, { panels }) => {
  expect(repeated(panels.map(({ id }) => id))).toEqual([]);
  expect(repeated(panels.map(({ title }) => title))).toEqual([]);
  const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => ({ title, column: x + (cell % w), line: y + Math.floor(cell / w) })),
  );
  expect(cells.filter(({ column }) => column >= 24)).toEqual([]);
  expect(repeated(cells.map(({ column, line }) => `${column} ${line}`))).toEqual([]);
});

test('each metric of the page is in a panel', () => {
  const missing = DOCUMENTED.filter((metric) => !seriesOf(metric).some((series) => SHOWN.has(series)));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test.each(ALERTS.map(({ alert, expr }) => [alert, expr] as const))('what %s looks at is in panels', (_alert, expr) => {
  expect(metricsOf(expr).filter((metric) => !SHOWN.has(metric))).toEqual([]);
});

/** Gauges that each replica measures of the whole platform: their sum would rise with the number of replicas. */
const ALIKE: readonly string[] = [
  ...DOCUMENTED.filter(({ kind, services }) => kind === 'gauge' && services.includes('history')),
  ...DOCUMENTED.filter(({ name }) => ['millrace_mailboxes', 'millrace_mailboxes_silent'].includes(name)),
]
  .filter(({ services }) => services.length === 1)
  .map(({ name }) => name);

test.each(QUERIES)('%s: %s fits the kinds of its metrics', (_title, expr) => {
  for (const { metric, before } of selectorsOf(expr)) {
    const kind = DOCUMENTED.find((one) => seriesOf(one).includes(metric))?.kind;
    if (kind === 'counter' || kind === 'histogram') expect(before).toMatch(/\b(rate|increase)\($/);
    if (metric.endsWith('_bucket'))
      expect(before).toMatch(/^histogram_quantile\(0\.\d+, sum by \(le(, \w+)*\) \(rate\($/);
    if (ALIKE.includes(metric)) expect(before).toMatch(/\bmax( by \([\w, ]+\) )?\((rate\()?$/);
  }
});

test('a legend tells the lines of a panel apart', () => {
  for (const { title, queries } of PANELS)
    for (const { expr, legend } of queries) {
      // The outermost one; without it there is one line. `job` and `stream` may be one by what is looked at.
      const [, by = ''] = /^\w+ by \(([^)]*)\)/.exec(expr) ?? /by \(le, ([^)]*)\)/.exec(expr) ?? [];
      const labels = by.split(', ').filter((label) => !['', 'job'].includes(label));
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      const isOneStream = /stream=~"[A-Z]+"/.test(expr) && named.length === 0;
      expect({ title, named }).toEqual({ title, named: isOneStream ? [] : labels });
    }
});

const LIMITED = PANELS.flatMap(({ title, limit, queries }) => (limit ? [{ title, ...limit, queries }] : []));

test.each(LIMITED)('$title has the limit of $alert', ({ alert, above, queries }) => {
  const rule = ALERTS.find((one) => one.alert === alert)?.expr ?? '';
  expect(rule).toMatch(new RegExp(`> ${String(above).replace('.', '\\.')}$`));
  expect(queries.flatMap(({ expr }) => metricsOf(expr))).toEqual(expect.arrayContaining(metricsOf(rule)));
});

test('runbooks name panels that there are', () => {
  const folder = join(REPOSITORY, 'docs', 'runbooks');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const named = texts.flatMap((text) => [...text.matchAll(/\bpanel _([^_]+)_/g)].map(([, title]) => title));
  expect(named).not.toEqual([]);
  const titles = PANELS.map(({ title }) => title);
  expect(named.filter((title) => !titles.includes(title ?? ''))).toEqual([]);
});
