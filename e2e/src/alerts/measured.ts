import { eventually } from '../support/eventually.js';
import { readEndpoints } from '../support/platform.js';
import { metricsOf } from './targets.js';

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
  const found = (await metricsOf(url)).filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
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
