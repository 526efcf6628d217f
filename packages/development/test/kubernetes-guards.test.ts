import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { baseFiles } from '../src/kubernetes/base-files.js';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* What keeps an installation up, in the objects themselves: schemas allow every value, and overlay and chart are made of the same ones. */

interface Probe {
  readonly httpGet: { readonly path: string };
  readonly timeoutSeconds: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}
interface Pod {
  readonly securityContext: { readonly runAsGroup: number; readonly fsGroup?: number };
  readonly topologySpreadConstraints: readonly { readonly whenUnsatisfiable: string }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly secret?: { secretName: string; defaultMode: number };
    readonly emptyDir?: { readonly sizeLimit?: string };
  }[];
  readonly containers: [
    {
      readonly resources: { readonly limits: { readonly memory: string }; readonly requests?: object };
      readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
      readonly startupProbe: Probe;
      readonly livenessProbe: Probe;
      readonly readinessProbe: Probe;
    },
  ];
}
interface Deployment {
  readonly selector: object;
  readonly strategy: object;
  readonly template: { readonly spec: Pod };
}

const files = baseFiles(SERVICES, '1.0.0');
const objectsOf = (path: string) =>
  parseAllDocuments(files.get(path) ?? '').map((document) => document.toJS() as KubernetesObject);
const fileOf = (...path: string[]) => readFileSync(join(REPOSITORY, 'k8s', ...path), 'utf8');
const settingOf = (name: string) => SERVICES.flatMap(({ settings }) => settings).find((one) => one.name === name);

/** Below a container's heap there are code, buffers and stacks: as much as a process takes that does nothing. In MB. */
const BESIDE_HEAP_MB = 160;
/** What a service gives each of its dependencies before it says that one is down (`health.ts` of service-kit). */
const CHECK_SECONDS = 2;

describe.each(SERVICES)('$name', ({ name, heapMb }) => {
  const objects = objectsOf(`base/${name}.yaml`);
  const of = (kind: string) => objects.find((object) => object.kind === kind);
  const { selector, strategy, template } = of('Deployment')?.['spec'] as Deployment;
  const [container] = template.spec.containers;

  it('is restarted when it hangs, and not when a server is away, which only takes calls from it', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path);
    expect(paths).toEqual(['/health/live', '/health/live', '/health/ready']);
  });

  it('has the time to start on a busy node, and is not restarted for a check that is slow', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(60);
    expect(livenessProbe.failureThreshold).toBeGreaterThanOrEqual(3);
    for (const { timeoutSeconds } of [startupProbe, livenessProbe, readinessProbe])
      expect(timeoutSeconds).toBeGreaterThan(CHECK_SECONDS);
  });

  it('says what it needs, and takes no more of a node’s disk than it may', () => {
    expect(container.resources.requests).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
    const folders = template.spec.volumes.flatMap(({ emptyDir }) => emptyDir ?? []);
    expect(folders.map(({ sizeLimit }) => sizeLimit)).toEqual(['64Mi']);
  });

  it('can be asked for its metrics while it is not ready, which is when they are wanted', () => {
    const metrics = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === `${name}-health`);
    expect(metrics?.['spec']).toMatchObject({ publishNotReadyAddresses: true });
  });

  it('has memory for its heap and what is beside it', () => {
    const [, megabytes] = /^(\d+)Mi$/.exec(container.resources.limits.memory) ?? [];
    expect(Number(megabytes)).toBeGreaterThanOrEqual(heapMb + BESIDE_HEAP_MB);
  });

  it('loses no pod before a new one is ready, and one at a time to whoever works on nodes', () => {
    expect(strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    expect(of('PodDisruptionBudget')?.['spec']).toEqual({ maxUnavailable: 1, selector });
  });

  it('starts where all nodes are alike too: being spread is a wish', () => {
    const wishes = template.spec.topologySpreadConstraints.map(({ whenUnsatisfiable }) => whenUnsatisfiable);
    expect(wishes).toEqual(['ScheduleAnyway', 'ScheduleAnyway']);
  });

  it('reads its master keys as its group, and they are nobody else’s', () => {
    const { securityContext, volumes } = template.spec;
    const secrets = volumes.flatMap(({ secret }) => secret ?? []);
    // Files of a Secret are root's, and of this group.
    expect(securityContext.fsGroup).toBe(securityContext.runAsGroup);
    expect(secrets.map(({ defaultMode }) => defaultMode.toString(8))).toEqual(secrets.map(() => '440'));
    const mounts = container.volumeMounts.filter((mount) => mount.name === 'keys');
    expect(mounts.map(({ readOnly }) => readOnly)).toEqual(secrets.map(() => true));
  });

  it('has no token of the cluster, its account neither', () => {
    expect(of('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
  });

  it('is never scaled to one pod, and keeps its pods while nobody knows how much there is to do', () => {
    const [scaler] = objectsOf(`components/autoscaling/${name}.yaml`);
    const { minReplicas, minReplicaCount, fallback } = scaler?.['spec'] as Record<string, unknown>;
    expect(minReplicas ?? minReplicaCount).toBe(2);
    if (scaler?.kind === 'ScaledObject')
      expect(fallback).toMatchObject({ replicas: 2, behavior: 'currentReplicasIfHigher' });
  });
});

it('executors come before those that are there have all that they run at once', () => {
  const [scaler] = objectsOf('components/autoscaling/executor.yaml');
  const { triggers } = scaler?.['spec'] as { triggers: [{ metadata: { targetValue: string } }] };
  const target = Number(triggers[0].metadata.targetValue);
  const atOnce = Number(settingOf('MILLRACE_EXECUTOR_CONCURRENCY')?.default);
  expect([target < atOnce, target > atOnce / 2]).toEqual([true, true]);
});

it('each Secret that a pod takes something from is fetched from the store', () => {
  const pods = ['components/doctor/doctor.yaml', ...SERVICES.map(({ name }) => `base/${name}.yaml`)];
  const named = pods.flatMap((path) =>
    [...JSON.stringify(objectsOf(path)).matchAll(/"secretKeyRef":\{"name":"([^"]*)"|"secretName":"([^"]*)"/g)].map(
      ([, key, volume]) => key ?? volume,
    ),
  );
  const fetched = objectsOf('components/external-secrets/secrets.yaml').map(({ metadata }) => metadata.name);
  expect(fetched.sort()).toEqual([...new Set(named)].sort());
  expect(fetched).toContain('millrace-master-keys');
});

it.each(['production', 'evaluation'])('the namespace of %s refuses pods that are not restricted', (overlay) => {
  expect(parse(fileOf('overlays', overlay, 'namespace.yaml'))).toMatchObject({
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
});

it('in production each stream has three copies', () => {
  expect(fileOf('overlays', 'production', 'settings.env')).toMatch(/^MILLRACE_NATS_REPLICAS=3$/m);
});

describe('the servers of an evaluation', () => {
  it('NATS writes to disk each second, so that no more is lost with its power', () => {
    expect(fileOf('components', 'servers', 'nats.conf')).toMatch(/^jetstream \{.* sync_interval: "1s" \}$/m);
  });

  it('NATS lets go of clients on a lost node before long', () => {
    expect(fileOf('components', 'servers', 'nats.conf')).toMatch(/^ping_interval: "10s"$/m);
  });

  it('Redis asks for a password, and throws no counts away', () => {
    const [, server] = parseAllDocuments(fileOf('components', 'servers', 'redis.yaml')).map(
      (document) => document.toJS() as KubernetesObject,
    );
    const { template } = server?.['spec'] as { template: { spec: { containers: [{ args: readonly string[] }] } } };
    const args = template.spec.containers[0].args.join(' ');
    expect(args).toContain('--maxmemory-policy noeviction');
    expect(args).toContain('--requirepass $(PASSWORD)');
  });
});
