import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DASHBOARDS } from '../src/observability/dashboards.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { DECLARED, DOCUMENTED, exported, JOB, TARGET_LABELS, valuesOf } from './observability/exported-series.js';
import { groupedBy, selectorsOf, type Matcher } from './observability/selectors.js';

/*
 * Rules, their tests and the dashboards name metrics and labels by hand. Here they are held against what processes export, by the sources and by the page that
 * e2e/src/observability-page.test.ts holds against the processes themselves.
 */

const file = (name: string): unknown =>
  parse(readFileSync(join(REPOSITORY, 'deploy', 'observability', name), 'utf8')) as unknown;
const QUERIES = [
  ...(file('alerts.yaml') as { groups: { rules: { alert: string; expr: string }[] }[] }).groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr }) => [alert, expr] as const),
  ...DASHBOARDS.flatMap(({ rows }) => rows)
    .flatMap(({ panels }) => panels)
    .flatMap(({ title, queries }) => queries.map(({ expr }) => [`the panel "${title}"`, expr] as const)),
];
const TESTS = (
  file('alerts.test.yaml') as { tests: { name: string; input_series: { series: string; values: string }[] }[] }
).tests;

test('the page has the metrics that are declared, with their kinds and labels', () => {
  const shape = ({ name, kind, labels }: { name: string; kind: string; labels: readonly string[] }) =>
    `${name} ${kind} ${[...labels].sort().join()}`;
  expect(DECLARED.length).toBeGreaterThan(40);
  expect(DOCUMENTED.map(shape).sort()).toEqual(DECLARED.map(shape).sort());
});

/** What is wrong with a condition: a value that nothing exports, or a pattern with a part that nothing matches. */
function faultOf(metric: string, { label, operator, value }: Matcher, all: Readonly<Record<string, string>>): string[] {
  const values = valuesOf(label, metric, all);
  if (values === undefined) return [];
  const wanted = operator.includes('~') ? value.split('|') : [value];
  const isThere = (one: string) =>
    operator.includes('~') ? values.some((known) => new RegExp(`^(?:${one})$`).test(known)) : values.includes(one);
  return wanted.filter((one) => !isThere(one)).map((one) => `${metric}: no ${label} is ${one}`);
}

test.each(QUERIES)('%s looks at series that processes export', (_name, expr) => {
  const selectors = selectorsOf(expr);
  expect(selectors.length).toBeGreaterThan(0);
  for (const { metric, matchers } of selectors) {
    const known = exported(metric);
    expect({ metric, isExported: known !== undefined }).toEqual({ metric, isExported: true });
    const labels = [...TARGET_LABELS, ...(known?.labels ?? [])];
    const unknown = matchers.map(({ label }) => label).filter((label) => !labels.includes(label));
    const exact = matchers.filter(({ operator }) => operator === '=').map(({ label, value }) => [label, value]);
    const all = Object.fromEntries(exact) as Record<string, string>;
    expect({ metric, unknown, job: all['job'] }).toEqual({ metric, unknown: [], job: JOB });
    expect(matchers.flatMap((matcher) => faultOf(metric, matcher, all))).toEqual([]);
  }
  const labels = selectors.flatMap(({ metric }) => exported(metric)?.labels ?? []);
  expect(groupedBy(expr).filter((label) => ![...TARGET_LABELS, ...labels].includes(label))).toEqual([]);
});

const SERIES = TESTS.flatMap(({ name, input_series: all }) =>
  all.map(({ series, values }) => ({ name, series, values, ...selectorsOf(series)[0] })),
);

test.each(SERIES)('$name: $series is one that a process exports', ({ metric = '', matchers = [], values }) => {
  const known = exported(metric);
  const labels = Object.fromEntries(matchers.map(({ label, value }) => [label, value]));
  expect(Object.keys(labels).sort()).toEqual(
    [...TARGET_LABELS, ...(known?.labels ?? ['a metric that is exported'])].sort(),
  );
  expect(matchers.flatMap((matcher) => faultOf(metric, matcher, labels))).toEqual([]);
  // A count by labels is not there before the first event, unless the source says so.
  const own = (known?.labels ?? []).filter((label) => label !== 'le').map((label) => labels[label] ?? '');
  const isThere = own.every((value) => known?.initial?.includes(value));
  if (known?.rises === true && !isThere) expect(values).toMatch(/^_/);
});
