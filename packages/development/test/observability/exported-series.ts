import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS } from '@millrace/contracts';
import { TOPOLOGY } from '@millrace/messaging';
import { histogram, registry, startDefaultMetrics } from '@millrace/service-kit/metrics';
import { parse } from 'yaml';
import { REPOSITORY } from '../kubernetes/repository.js';
import { SERVICES } from '../kubernetes/services.js';
import { declaredMetrics } from './declared-metrics.js';

const read = (...path: string[]): string => readFileSync(join(REPOSITORY, ...path), 'utf8');

const [scrape] = (
  parse(read('deploy', 'observability', 'prometheus.yaml')) as {
    scrape_configs: [{ job_name: string; relabel_configs: { target_label?: string }[] }];
  }
).scrape_configs;

/** The name of the job, by which alerts know the metrics of Millrace. */
export const JOB = scrape.job_name;

/** Labels that Prometheus gives to every series of a process: its own, and those of `prometheus.yaml`. */
export const TARGET_LABELS: readonly string[] = [
  'job',
  'instance',
  ...scrape.relabel_configs.flatMap(({ target_label: label }) => label ?? []),
];

/** A metric of the table of docs/observability.md, which `e2e/src/observability-page.test.ts` holds against what processes export. */
export interface DocumentedMetric {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  /** Names of services. */
  readonly services: readonly string[];
}

const listed = (cell: string): string[] => (cell.trim() === '' ? [] : cell.split(',').map((part) => part.trim()));
const ALL = SERVICES.map(({ name }) => name);

export const DOCUMENTED: readonly DocumentedMetric[] = [
  ...read('docs', 'observability.md').matchAll(/^\| `(millrace_\w+)` +\| (\w+) +\| ([^|]*)\| ([^|]*)\|/gm),
].map(([, name = '', kind = '', labels = '', services = '']) => ({
  name,
  kind,
  labels: listed(labels),
  services: services.trim() === 'all' ? ALL : listed(services),
}));

export const DECLARED = declaredMetrics();

/** What is known of a series by its name: of one of a histogram by the name of that. */
export interface Exported {
  readonly labels: readonly string[];
  readonly services: readonly string[];
  /** A count, of which Prometheus sees a rise only after a first value. */
  readonly rises: boolean;
  /** Values of its one label that are there from the start; null where none is. Without labels it is there from the start. */
  readonly initial: readonly string[] | null;
}

/** What processes export under this name; undefined for what none does. */
export function exported(name: string): Exported | undefined {
  if (name === 'up') return { labels: [], services: ALL, rises: false, initial: null };
  const [, base = name, end] = /^(\w+)_(bucket|count|sum)$/.exec(name) ?? [];
  const whole = DOCUMENTED.find((metric) => metric.name === name && metric.kind !== 'histogram');
  const metric = whole ?? DOCUMENTED.find((one) => one.name === base && one.kind === 'histogram');
  if (metric === undefined) return ofProcess(name);
  const labels = end === 'bucket' && whole === undefined ? [...metric.labels, 'le'] : metric.labels;
  const initial = DECLARED.find((declared) => declared.name === metric.name)?.initial ?? null;
  return { labels, services: metric.services, rises: metric.kind !== 'gauge', initial };
}

startDefaultMetrics('any');

/** Metrics of Node and of the process, as the library that services use makes them. */
function ofProcess(name: string): Exported | undefined {
  const metric = registry.getSingleMetric(name);
  if (metric === undefined || name.startsWith('millrace_')) return undefined;
  return { labels: [], services: ALL, rises: false, initial: null };
}

const buckets = histogram('millrace_test_of_alerts_seconds', 'Whose buckets are those of all') as unknown as {
  upperBounds: number[];
};

/** What labels may say, where that is a closed set; undefined where it is not. `labels`: all of the series. */
export function valuesOf(
  label: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const { stream } = labels;
  const consumers = TOPOLOGY.consumers.filter((consumer) => stream === undefined || consumer.stream === stream);
  const sets: Readonly<Record<string, readonly string[]>> = {
    job: [JOB],
    service: exported(name)?.services ?? [],
    stream: TOPOLOGY.streams.map((one) => one.name),
    consumer: consumers.map((one) => one.name),
    method: ENDPOINTS.map(({ method }) => method),
    // As the gateway's router writes paths.
    route: ENDPOINTS.map(({ path }) => path.replace(/\{(\w+)\}/g, ':$1')),
    status: ['2xx', '3xx', '4xx', '5xx', 'aborted'],
    le: [...buckets.upperBounds.map(String), '+Inf'],
  };
  // A log's lines may be lost by any error of the operating system.
  if (label === 'reason') return undefined;
  const own = exported(name);
  return sets[label] ?? (own?.labels.includes(label) ? (own.initial ?? undefined) : undefined);
}
