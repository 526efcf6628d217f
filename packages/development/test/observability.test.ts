import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

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

interface ScrapeConfig {
  readonly job_name: string;
  readonly honor_labels: boolean;
  readonly relabel_configs: readonly {
    source_labels: string[];
    target_label?: string;
    regex?: string;
    action?: string;
  }[];
}

interface PodMonitor {
  readonly spec: {
    readonly jobLabel: string;
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly podMetricsEndpoints: readonly [
      {
        readonly port: string;
        readonly honorLabels: boolean;
        readonly relabelings: readonly { sourceLabels: string[]; targetLabel: string }[];
      },
    ];
  };
}

test.each(ALERTS.map(({ alert, annotations }) => [alert, annotations.runbook] as const))(
  '%s has a runbook, and is tested both ways',
  (alert, runbook) => {
    expect(runbook).toBe(`docs/runbooks/${alert}.md`);
    expect(read(runbook)).toContain(`# ${alert}\n`);
    const expected = TESTS.filter(({ alertname }) => alertname === alert).map(
      ({ exp_alerts: found }) => found.length > 0,
    );
    expect(expected).toEqual(expect.arrayContaining([true, false]));
  },
);

describe('each alert was seen to fire on a real fault', () => {
  const [, table = ''] = read('docs', 'observability.md').split(/^\| alert +\| fault +\|$/m);
  const [rows = ''] = table.trimStart().split('\n\n', 1);
  const seen = [...rows.matchAll(/^\| `(\w+)` +\| \w/gm)].map(([, alert = '']) => alert);

  test('and is in the list of these', () => {
    expect(seen.sort()).toEqual(ALERTS.map(({ alert }) => alert).sort());
  });

  test('which e2e/src/alerts makes', () => {
    const made = read('e2e', 'src', 'alerts', 'alerts.test.ts').match(/\bMillrace[A-Z]\w+(?=: \{)/g) ?? [];
    expect(made.sort()).toEqual(seen.sort());
  });
});

test('each runbook is of an alert or of what has none, and in the list of them', () => {
  const pages = readdirSync(join(REPOSITORY, 'docs', 'runbooks')).filter((name) => name !== 'README.md');
  const names = ALERTS.map(({ alert }) => `${alert}.md`);
  expect(pages.filter((name) => name.startsWith('Millrace')).sort()).toEqual(names.sort());
  const listed = [...read('docs', 'runbooks', 'README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
  expect(listed.sort()).toEqual(pages.sort());
});

test('each service that is away as a whole is an alert', () => {
  const { expr = '' } = ALERTS.find(({ alert }) => alert === 'MillraceServiceAway') ?? {};
  const absent = [...expr.matchAll(/absent\(up\{job="millrace",service="([\w-]+)"\}\)/g)].map(([, name]) => name);
  expect(absent.sort()).toEqual(SERVICES.map(({ name }) => name).sort());
});

describe('of the pods of the cluster Prometheus', () => {
  const [job] = (parse(read('deploy', 'observability', 'prometheus.yaml')) as { scrape_configs: [ScrapeConfig] })
    .scrape_configs;
  const labels = { app_kubernetes_io_part_of: 'millrace', app_kubernetes_io_name: 'history' };
  const pod = (phase: string, port = 'health'): Record<string, string> => ({
    ...Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [`__meta_kubernetes_pod_label_${name}`, value]),
    ),
    __meta_kubernetes_pod_phase: phase,
    __meta_kubernetes_pod_container_port_name: port,
  });
  /** By the definition of relabelling: expressions are anchored; whatever is not kept or is dropped is no target. */
  const isTarget = (target: Record<string, string>) =>
    job.relabel_configs.every(({ source_labels: [label = ''], regex = '.*', action = 'replace' }) => {
      const isMatch = new RegExp(`^(?:${regex})$`).test(target[label] ?? '');
      return action === 'replace' || isMatch === (action === 'keep');
    });

  test.each(['Running', 'Pending'])('asks one that is %s, at its operations port', (phase) => {
    expect([isTarget(pod(phase)), isTarget(pod(phase, 'public'))]).toEqual([true, false]);
  });
  test.each(['Failed', 'Succeeded'])('does not ask one that has %s, which would be down for ever', (phase) => {
    expect(isTarget(pod(phase))).toBe(false);
  });
  test('calls the job as the alerts do', () => {
    const jobs = ALERTS.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]*)"/g)].map(([, name]) => name));
    expect([...new Set(jobs)]).toEqual([job.job_name]);
  });
  test('by the PodMonitor of the page finds the same pods, and labels them as this does', () => {
    const [, text = ''] = /<!-- pod monitor -->\n\n```yaml\n([^]*?)```/.exec(read('docs', 'observability.md')) ?? [];
    const { spec } = parse(text) as PodMonitor;
    const [endpoint] = spec.podMetricsEndpoints;
    expect(spec.selector.matchLabels[spec.jobLabel]).toBe(job.job_name);
    expect([isTarget(pod('Running', endpoint.port)), endpoint.honorLabels]).toEqual([true, job.honor_labels]);
    // The operator itself labels namespace and pod, and leaves out pods that have ended.
    const labelled = job.relabel_configs.filter(({ target_label: target }) => target === 'service');
    expect(endpoint.relabelings).toEqual(
      labelled.map(({ source_labels: sourceLabels, target_label: targetLabel }) => ({ sourceLabels, targetLabel })),
    );
  });
});
