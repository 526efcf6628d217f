import { parseAllDocuments } from 'yaml';
import { baseFiles } from '../src/kubernetes/base-files.js';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { SERVICES } from './kubernetes/services.js';

/* The job that prepares a release in a cluster: docs/operate.md, "Expand, migrate, contract". */

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly unknown[];
  readonly ports?: unknown;
  readonly resources: { readonly limits: object };
  readonly volumeMounts?: readonly { readonly name: string }[];
}
interface Job {
  readonly activeDeadlineSeconds: number;
  readonly ttlSecondsAfterFinished: number;
  readonly backoffLimit: number;
  readonly template: {
    readonly metadata: { readonly labels: object };
    readonly spec: { readonly restartPolicy: string; readonly containers: readonly Container[] };
  };
}
interface Policy {
  readonly podSelector: { readonly matchLabels: object };
  readonly policyTypes: readonly string[];
  readonly ingress?: unknown;
  readonly egress: readonly { readonly to: unknown; readonly ports: readonly { readonly port: number }[] }[];
}

const files = baseFiles(SERVICES, '1.0.0');
const objectsOf = (path: string) =>
  parseAllDocuments(files.get(path) ?? '').map((document) => document.toJS() as KubernetesObject);
const job = objectsOf('components/prepare/prepare.yaml').find(({ kind }) => kind === 'Job')?.['spec'] as Job;
const { containers, restartPolicy } = job.template.spec;

it('has a container for each service, in one pod, which listens on nothing', () => {
  expect(containers.map(({ name }) => name)).toEqual(SERVICES.map(({ name }) => name));
  for (const { command, ports } of containers) expect([command.at(-1), ports]).toEqual(['prepare', undefined]);
});

it.each(SERVICES.map(({ name }) => name))(
  'prepares %s as that is run: its image, settings, Secret and keys',
  (name) => {
    const deployment = objectsOf(`base/${name}.yaml`).find(({ kind }) => kind === 'Deployment');
    const [runs] = (deployment?.['spec'] as Job).template.spec.containers;
    const prepares = containers.find((container) => container.name === name);
    expect([prepares?.image, prepares?.env, prepares?.resources.limits]).toEqual([
      runs?.image,
      runs?.env,
      runs?.resources.limits,
    ]);
    const keysOf = (container?: Container) => container?.volumeMounts?.filter((mount) => mount.name === 'keys') ?? [];
    expect(keysOf(prepares)).toEqual(keysOf(runs));
    // Nothing of another service.
    const secrets = [...JSON.stringify(prepares).matchAll(/"secretKeyRef":\{"name":"([^"]*)"/g)].map(([, of]) => of);
    expect(new Set(secrets)).toEqual(new Set([`millrace-${name}`]));
  },
);

it('has hours for a large index, tries again, keeps the logs of what failed, and is gone soon after its end', () => {
  expect(job.activeDeadlineSeconds).toBeGreaterThanOrEqual(60 * 60);
  expect(job.backoffLimit).toBeGreaterThan(0);
  expect(restartPolicy).toBe('Never');
  expect(job.ttlSecondsAfterFinished).toBeLessThanOrEqual(15 * 60);
});

it('reaches the servers and names of hosts, nothing else, and nobody reaches it', () => {
  const policy = objectsOf('components/prepare/prepare.yaml').find(({ kind }) => kind === 'NetworkPolicy');
  const { podSelector, policyTypes, ingress, egress } = policy?.['spec'] as Policy;
  expect([podSelector.matchLabels, policyTypes, ingress]).toEqual([
    job.template.metadata.labels,
    ['Ingress', 'Egress'],
    undefined,
  ]);
  const reached = egress.map(({ to, ports }) => [JSON.stringify(to), ports.map(({ port }) => port)]);
  expect(reached).toEqual([
    [expect.stringContaining('kube-dns'), [53, 53]],
    ['[{"namespaceSelector":{"matchLabels":{"millrace/servers":"true"}}}]', [4222, 6379, 8222, 27_017]],
  ]);
});
