import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/** The process's metrics, in Prometheus' text format at /metrics. */
export const registry = new Registry();

/** Starts the collection of process metrics (CPU, memory, event-loop lag) and labels everything with the service's name. */
export function startDefaultMetrics(service: string): void {
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
}

/** A count that only rises. Names start with `millrace_` and end in `_total`. */
export function counter<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
}

/**
 * A count with one label, each of whose values is exported from the start, as 0. Prometheus sees no rise in a series that begins at 1, so an alert on
 * what should never happen would miss the first one of each process.
 */
export function counterFromZero<Label extends string>(
  name: string,
  help: string,
  label: Label,
  values: readonly string[],
): Counter<Label> {
  const counted = counter(name, help, [label]);
  for (const value of values) counted.inc({ [label]: value } as Record<Label, string>, 0);
  return counted;
}

/** A value that rises and falls. */
export function gauge<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Gauge<Label> {
  return new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
}

/** A value that is read at each scrape. */
export function gaugeOf(name: string, help: string, read: () => number): void {
  const measured: Gauge = new Gauge({ name, help, registers: [registry], collect: () => measured.set(read()) });
}

/** Durations in seconds, in buckets from 1 ms to 60 s. */
export function histogram<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Histogram<Label> {
  return new Histogram({
    name,
    help,
    labelNames: [...labelNames],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [registry],
  });
}
