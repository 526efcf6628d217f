import { samplesOf, sumOf, type Sample } from '@millrace/testing';
import { eventually } from './eventually.js';
import { readEndpoints } from './platform.js';

const SCRAPE_TIMEOUT_MS = 2_000;

/** What a process exports, by its operations port. Rejects where it does not respond. */
export async function metricsOf(url: string): Promise<Sample[]> {
  const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} returned ${response.status}`);
  return samplesOf(await response.text());
}

/** The sum of a metric's values with these labels, as a service of the platform exports it now. */
export async function measured(
  service: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  return sumAt(readEndpoints().services[service]?.health_url ?? '', name, labels);
}

/** The same of any process, by its operations port. */
export async function sumAt(url: string, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  return sumOf(await metricsOf(url), name, labels);
}

/** Waits until what `read` returns satisfies `isEnough`. */
export async function untilMeasured(
  what: string,
  read: () => Promise<number>,
  isEnough: (value: number) => boolean,
  timeoutMs = 90_000,
): Promise<void> {
  let last: number | undefined;
  await eventually(
    what,
    async () => {
      // A process that starts does not respond yet.
      last = await read().catch(() => undefined);
      return (last !== undefined && isEnough(last)) || undefined;
    },
    { timeoutMs, everyMs: 250, lastSeen: () => last },
  );
}

/** A series of a service of the platform: its metric, and labels of it. */
export type Series = readonly [service: string, name: string, labels?: Readonly<Record<string, string>>];

/** Does something, and waits until each of these series has risen by it. Returns what it has done. */
export async function rising<Result>(series: readonly Series[], work: () => Promise<Result>): Promise<Result> {
  const before = await Promise.all(series.map((one) => measured(...one)));
  const result = await work();
  for (const [index, one] of series.entries())
    await untilMeasured(
      `${one[1]} of ${one[0]} to rise ${JSON.stringify(one[2] ?? {})}`,
      () => measured(...one),
      (now) => now > (before[index] ?? 0),
    );
  return result;
}
