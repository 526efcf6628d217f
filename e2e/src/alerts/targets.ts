import type { Sample } from '@millrace/testing';
import { metricsOf } from '../support/measured.js';
import { readEndpoints } from '../support/platform.js';
import type { Replica } from '../support/replicas.js';
import { SCRAPE_CONFIG, WATCHED, type Relabelling } from './observability-files.js';
import { seriesName } from './series-name.js';

/** A process that Prometheus knows of. */
export interface Target {
  readonly service: string;
  readonly pod: string;
  /** Of its operations port. */
  readonly url: string;
}

/** Series that the alerts look at, with their values at one time. */
export type Scrape = ReadonlyMap<string, number>;

/** The processes of the platform, whether they run or not, as the pods of a cluster are listed that are there. */
export function platformTargets(): Target[] {
  return Object.entries(readEndpoints().services).map(([service, { health_url: url }]) => ({
    service,
    pod: `${service}-0`,
    url,
  }));
}

/** A second process of a service. */
export function targetOf({ name, pid, healthUrl }: Replica): Target {
  return { service: name, pod: `${name}-${pid}`, url: healthUrl };
}

/** Asks all of them for their metrics, and adds `up` and labels as Prometheus does with `prometheus.yaml`. */
export async function scrape(targets: readonly Target[]): Promise<Scrape> {
  const found = await Promise.all(
    targets.map(async (target): Promise<[string, number][]> => {
      const labels = labelsOf(target);
      const samples = await metricsOf(target.url).catch(() => null);
      const up: [string, number] = [seriesName('up', labels), samples === null ? 0 : 1];
      return [up, ...(samples ?? []).flatMap((sample) => labelled(sample, labels))];
    }),
  );
  return new Map(found.flat());
}

function labelled({ name, labels, value }: Sample, added: Readonly<Record<string, string>>): [string, number][] {
  if (!WATCHED.has(name)) return [];
  if (!SCRAPE_CONFIG.honor_labels) throw new Error('Labels of metrics would be renamed to exported_…');
  return [[seriesName(name, { ...added, ...labels }), value]];
}

/** The labels of a target, from what Kubernetes would say of its pod. */
function labelsOf({ service, pod, url }: Target): Record<string, string> {
  const found: Record<string, string> = {
    __meta_kubernetes_pod_label_app_kubernetes_io_part_of: 'millrace',
    __meta_kubernetes_pod_label_app_kubernetes_io_name: service,
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_container_port_name: 'health',
    __meta_kubernetes_namespace: 'millrace',
    __meta_kubernetes_pod_name: pod,
  };
  for (const step of SCRAPE_CONFIG.relabel_configs) relabel(found, step, pod);
  const kept = Object.entries(found).filter(([name]) => !name.startsWith('__'));
  return { ...Object.fromEntries(kept), job: SCRAPE_CONFIG.job_name, instance: new URL(url).host };
}

function relabel(labels: Record<string, string>, step: Relabelling, pod: string): void {
  const value = step.source_labels.map((name) => labels[name] ?? '').join(';');
  const isMatch = new RegExp(`^(?:${step.regex ?? '.*'})$`).test(value);
  if (step.action === undefined && step.target_label !== undefined) labels[step.target_label] = value;
  else if (isMatch !== (step.action === 'keep')) throw new Error(`Prometheus would not ask ${pod}`);
}
