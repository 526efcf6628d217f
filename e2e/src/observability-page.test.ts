import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './support/eventually.js';
import { readEndpoints } from './support/platform.js';

const PAGE = readFileSync(join(__dirname, '../../docs/observability.md'), 'utf8');

/** Names of the metrics of the page, by the services that export them. */
const documented = [...PAGE.matchAll(/^\| `(millrace_\w+)` +\| (\w+) +\| ([^|]*)\| ([^|]*)\|/gm)].map(
  ([, name = '', kind = '', labels = '', services = '']) => ({
    name,
    kind,
    labels: listed(labels),
    services: listed(services),
  }),
);

function listed(cell: string): string[] {
  return cell
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Of `a="1",b="2"`, whose values have no quotation marks here. */
function namesOf(labels: string): string[] {
  return labels.split('"').flatMap((part) => (part.endsWith('=') ? [part.replace(',', '').slice(0, -1)] : []));
}

async function metricsOf(healthUrl: string): Promise<string> {
  const response = await fetch(new URL('/metrics', healthUrl));
  return response.text();
}

const services = Object.entries(readEndpoints().services).flatMap(([name, { health_url: url }]) =>
  typeof url === 'string' ? [{ name, url }] : [],
);

test.each(services)('$name exports the metrics of the page, and no other', async ({ name, url }) => {
  const text = await metricsOf(url);
  const exported = [...text.matchAll(/^# TYPE (millrace_\w+) (\w+)/gm)].map(([, metric, kind]) => `${metric} ${kind}`);
  const ours = documented.filter((metric) => metric.services.includes('all') || metric.services.includes(name));
  expect(exported.sort()).toEqual(ours.map(({ name: metric, kind }) => `${metric} ${kind}`).sort());
});

test('samples have the labels of the page', async () => {
  for (const { name, url } of services) {
    const samples = [...(await metricsOf(url)).matchAll(/^(millrace_\w+)\{([^}]*)\} /gm)];
    expect([name, samples.length > 0]).toEqual([name, true]);
    for (const [, sample = '', labels = ''] of samples) {
      const metric = documented.find(
        (one) => one.name === sample.replace(/_(bucket|count|sum)$/, '') || one.name === sample,
      );
      const found = namesOf(labels).filter((label) => label !== 'le');
      expect({ name, sample, found: found.sort() }).toEqual({
        name,
        sample,
        found: [...(metric?.labels ?? []), 'service'].sort(),
      });
    }
  }
});

test('a count that an alert watches is there before it rises, as the tests of the alerts have it', async () => {
  const tests = readFileSync(join(__dirname, '../../deploy/observability/alerts.test.yaml'), 'utf8');
  // What begins with nothing is of a count that begins with the first event.
  const begun = tests.matchAll(/series: '(millrace_\w+_total)\{([^}]*)\}'\s+values: '(?!_)/g);
  const series = [...begun].map(([, name = '', labels = '']) => ({
    name,
    labels: labels.split(',').filter((label) => !/^(job|namespace|pod|service|instance)=/.test(label)),
  }));
  expect(series.length).toBeGreaterThan(0);
  for (const { name, url } of services) {
    const exported = (await metricsOf(url)).split('\n');
    const ours = series.filter((one) =>
      documented.some(
        (metric) => metric.name === one.name && [name, 'all'].some((who) => metric.services.includes(who)),
      ),
    );
    const isExported = (one: (typeof series)[number]) =>
      exported.some((line) => line.startsWith(`${one.name}{`) && one.labels.every((label) => line.includes(label)));
    expect({ name, missing: ours.filter((one) => !isExported(one)) }).toEqual({ name, missing: [] });
  }
});

test('history measures the queues', async () => {
  const url = services.find(({ name }) => name === 'history')?.url ?? '';
  await eventually('the queue of executions to be measured', async () =>
    /^millrace_stream_messages\{stream="RUNS",service="history"\} \d+$/m.test(await metricsOf(url)) ? true : undefined,
  );
  const text = await metricsOf(url);
  for (const stream of ['TIMERS', 'DLQ', 'DELIVERIES'])
    expect(text).toContain(`millrace_stream_messages{stream="${stream}"`);
  for (const stream of ['DLQ', 'ADVISORIES'])
    expect(text).toContain(`millrace_stream_last_sequence{stream="${stream}"`);
  expect(text).toMatch(/^millrace_consumer_waiting\{stream="JOURNAL_\d+",consumer="\w+",service="history"\} \d+$/m);
});
