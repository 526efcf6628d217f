import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { helm, kubernetesTools, objectsIn, rendered, type KubernetesTools } from './kubernetes/kubernetes-tools.js';
import { ObjectSchemas } from './kubernetes/object-schema.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { expectRestricted } from './kubernetes/restricted.js';
import { SERVICES } from './kubernetes/services.js';

const PRODUCTION = join(REPOSITORY, 'k8s/helm/millrace/values-production.yaml');
const PUBLIC_URL = { settings: { MILLRACE_PUBLIC_URL: 'https://workflows.example.com' } };

let tools: KubernetesTools;
let folder: string;
let chart: string;

beforeAll(async () => {
  tools = await kubernetesTools(process.env);
  folder = mkdtempSync(join(tmpdir(), 'millrace-helm-'));
  cpSync(join(REPOSITORY, 'k8s'), join(folder, 'k8s'), { recursive: true });
  chart = join(folder, 'k8s/helm/millrace');
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function valuesFile(values: object): string {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, stringify(values));
  return file;
}

function templated(values: string, ...more: readonly string[]): KubernetesObject[] {
  return objectsIn(helm(tools, 'template', 'any', chart, '--namespace', 'millrace', '--values', values, ...more));
}

const withValues = (values: object) => templated(valuesFile({ ...PUBLIC_URL, ...values }));
const named = (objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.name}`;

/** What kubectl's generator adds to the name of a ConfigMap, by which pods start anew when a setting has changed. */
function withoutHash(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return JSON.parse(
    JSON.stringify(objects).replaceAll(/"(millrace-settings)-[a-z0-9]{10}"/g, '"$1"'),
  ) as KubernetesObject[];
}

/** In the chart an annotation does that. */
function withoutChecksum(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return JSON.parse(
    JSON.stringify(objects).replaceAll(/,"annotations":\{"checksum\/settings":"[0-9a-f]{64}"\}/g, ''),
  ) as KubernetesObject[];
}

/** What makes an object a step of Helm's, which kubectl has no word for. */
function withoutHooks(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return JSON.parse(
    JSON.stringify(objects).replaceAll(/,"annotations":\{"helm\.sh\/hook[^}]*\}/g, ''),
  ) as KubernetesObject[];
}

const byName = (objects: readonly KubernetesObject[]) =>
  Object.fromEntries(objects.map((object) => [nameOf(object), object]));

/** The objects of production with a component more, as a copy of the overlay has them. */
function productionWith(component: string): KubernetesObject[] {
  const own = join(folder, 'k8s/overlays', component);
  mkdirSync(own);
  const kustomization = { resources: ['../production'], components: [`../../components/${component}`] };
  writeFileSync(join(own, 'kustomization.yaml'), stringify({ ...kustomization, namespace: 'millrace' }));
  return rendered(tools, own);
}

describe('with the values of production the chart comes to the same objects as the overlay; its namespace is made before', () => {
  function expectSame(overlay: readonly KubernetesObject[], ofChart: readonly KubernetesObject[]): void {
    expect(new Set(ofChart.map(nameOf)).size).toBe(ofChart.length);
    const expected = withoutHash(overlay).filter(({ kind }) => kind !== 'Namespace');
    expect(byName(withoutHooks(withoutChecksum(ofChart)))).toEqual(byName(expected));
  }

  it('as it is', () => {
    expectSame(rendered(tools, join(folder, 'k8s/overlays/production')), templated(PRODUCTION));
  });

  it('and with executors that are scaled by the consumers of their queue', () => {
    const ofChart = templated(PRODUCTION, '--set', 'autoscaling.byConsumers=true');
    expectSame(productionWith('scaled-by-consumers'), ofChart);
    expect(named(ofChart, 'ScaledObject').sort()).toEqual(['executor', 'history']);
  });

  it('and with the doctor', () => {
    const ofChart = templated(PRODUCTION, '--set', 'doctor.enabled=true');
    expect(named(ofChart, 'CronJob')).toEqual(['doctor']);
    expectSame(productionWith('doctor'), ofChart);
  });
});

it('the job that prepares an upgrade comes before it, after what lets it out, and replaces the one of before', () => {
  const hooks = templated(PRODUCTION).filter(({ metadata }) => JSON.stringify(metadata).includes('helm.sh/hook'));
  const said = hooks.map(({ kind, metadata: { name, annotations } }) => [kind, name, annotations]);
  const hook = (weight: string) => ({
    'helm.sh/hook': 'pre-upgrade',
    'helm.sh/hook-weight': weight,
    'helm.sh/hook-delete-policy': 'before-hook-creation',
  });
  expect(said.sort()).toEqual([
    ['Job', 'prepare', hook('0')],
    ['NetworkPolicy', 'prepare', hook('-1')],
  ]);
  const without = templated(PRODUCTION, '--set', 'prepare.enabled=false');
  expect(without.filter(({ metadata }) => metadata.name === 'prepare')).toEqual([]);
});

it('its linter finds nothing', () => {
  expect(helm(tools, 'lint', '--strict', chart, '--values', PRODUCTION)).toContain('0 chart(s) failed');
});

describe('with everything that production does not have', () => {
  let objects: readonly KubernetesObject[];
  beforeAll(() => {
    objects = withValues({
      image: {
        registry: 'registry.example.com:5000',
        tag: '9.9.9',
        pullPolicy: 'Always',
        pullSecrets: [{ name: 'pull' }],
      },
      settings: { ...PUBLIC_URL.settings, MILLRACE_RATE_LIMIT_API_PER_HOUR: 1_000_000 },
      workflowEnv: { REGION: 'eu', LIMIT: 5 },
      servers: {
        nats: { address: 'nats.example:4222', monitor: 'nats.example:8222', headlessMonitor: 'servers.example:8222' },
        redis: { address: 'redis.example:6379' },
        mongodb: { address: 'mongo-0:27017,mongo-1:27017', user: 'millrace', options: 'replicaSet=rs0' },
      },
      autoscaling: { cpu: false, keda: false },
      networkPolicy: {
        dns: { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } } }] },
        egress: [{ to: [{ ipBlock: { cidr: '10.1.0.0/16' } }], ports: [{ protocol: 'TCP', port: 27_017 }] }],
      },
      ingress: {
        enabled: true,
        className: 'nginx',
        host: 'workflows.example.com',
        tlsSecret: 'tls',
        annotations: { a: 'b' },
      },
      services: {
        executor: {
          replicas: 7,
          heapMb: 1024,
          secret: 'own-executor',
          nodeSelector: { disk: 'fast' },
          tolerations: [{ operator: 'Exists' }],
          affinity: { podAffinity: {} },
        },
        history: { image: 'elsewhere/history@sha256:0' },
      },
      prepare: { nodeSelector: { role: 'jobs' } },
      doctor: { enabled: true, schedule: '0 3 * * 1', tolerations: [{ operator: 'Exists' }] },
    });
  });
  const deployment = (name: string) =>
    JSON.stringify(objects.find((object) => nameOf(object) === `Deployment/${name}`) ?? {});

  it('is what the schemas of Kubernetes allow, and restricted pod security', () => {
    const schemas = new ObjectSchemas(tools.schemas);
    expect(objects.flatMap((object) => schemas.problemsOf(object))).toEqual([]);
    expectRestricted(objects);
  });

  it('takes addresses from the values and passwords alone from the Secrets', () => {
    expect(deployment('executor')).toContain('"nats://executor:$(NATS_PASSWORD)@nats.example:4222"');
    expect(deployment('executor')).toContain('"secretKeyRef":{"key":"NATS_PASSWORD","name":"own-executor"}');
    expect(deployment('gateway')).toContain('"redis://:$(REDIS_PASSWORD)@redis.example:6379"');
    expect(deployment('history')).toContain(
      '"mongodb://millrace:$(MONGODB_PASSWORD)@mongo-0:27017,mongo-1:27017/?replicaSet=rs0"',
    );
    for (const { name } of SERVICES) {
      expect(deployment(name)).not.toMatch(/"key":"MILLRACE_(NATS|REDIS|MONGODB)_URL"/);
      // A variable is filled in only where it was set before.
      const places = [...deployment(name).matchAll(/"name":"(MILLRACE_)?NATS_(PASSWORD|URL)"/g)].map(([text]) => text);
      expect(places).toEqual(['"name":"NATS_PASSWORD"', '"name":"MILLRACE_NATS_URL"']);
    }
  });

  it('has the doctor ask the same servers, with the passwords of the services', () => {
    const doctor = JSON.stringify(objects.find((object) => nameOf(object) === 'CronJob/doctor') ?? {});
    for (const part of [
      '"schedule":"0 3 * * 1"',
      '"image":"registry.example.com:5000/millrace/ops:9.9.9"',
      '"tolerations":[{"operator":"Exists"}]',
      '{"name":"NATS_PASSWORD_OF_EXECUTOR","valueFrom":{"secretKeyRef":{"key":"NATS_PASSWORD","name":"own-executor"}}}',
      '{"name":"NATS_URL_OF_EXECUTOR","value":"nats://executor:$(NATS_PASSWORD_OF_EXECUTOR)@nats.example:4222"}',
      '"value":"redis://:$(REDIS_PASSWORD)@redis.example:6379"',
      '"value":"mongodb://millrace:$(MONGODB_PASSWORD)@mongo-0:27017,mongo-1:27017/?replicaSet=rs0"',
    ]) {
      expect(doctor).toContain(part);
    }
    // A variable is filled in only where it was set before.
    expect(doctor.indexOf('"NATS_URL_OF_EXECUTOR"')).toBeLessThan(doctor.indexOf('"MILLRACE_NATS_URLS"'));
    const policy = JSON.stringify(objects.find((object) => nameOf(object) === 'NetworkPolicy/doctor') ?? {});
    expect(policy).toContain('"cidr":"10.1.0.0/16"');
  });

  it('prepares with the servers, images, Secrets, heaps and limits of the services', () => {
    const job = JSON.stringify(objects.find((object) => nameOf(object) === 'Job/prepare') ?? {});
    for (const part of [
      '"image":"registry.example.com:5000/millrace/executor:9.9.9"',
      '"image":"elsewhere/history@sha256:0"',
      '"nats://executor:$(NATS_PASSWORD)@nats.example:4222"',
      '"secretKeyRef":{"key":"NATS_PASSWORD","name":"own-executor"}',
      '"value":"--max-old-space-size=1024"',
      '"imagePullSecrets":[{"name":"pull"}]',
      '"nodeSelector":{"role":"jobs"}',
    ]) {
      expect(job).toContain(part);
    }
    const policy = JSON.stringify(objects.find((object) => nameOf(object) === 'NetworkPolicy/prepare') ?? {});
    expect(policy).toContain('"cidr":"10.1.0.0/16"');
  });

  it('has images, numbers of pods, places and limits as they are chosen', () => {
    for (const part of [
      '"image":"registry.example.com:5000/millrace/executor:9.9.9"',
      '"imagePullPolicy":"Always"',
      '"imagePullSecrets":[{"name":"pull"}]',
      '"value":"--max-old-space-size=1024"',
      '"replicas":7',
      '"nodeSelector":{"disk":"fast"}',
      '"tolerations":[{"operator":"Exists"}]',
      '"affinity":{"podAffinity":{}}',
    ]) {
      expect(deployment('executor')).toContain(part);
    }
    expect(deployment('history')).toContain('"image":"elsewhere/history@sha256:0"');
    expect(deployment('gateway')).toContain('"replicas":2');
    expect(named(objects, 'ScaledObject')).toEqual([]);
    expect(named(objects, 'HorizontalPodAutoscaler')).toEqual([]);
  });

  it('opens the network where it is configured to, and writes numbers in full', () => {
    for (const name of [...SERVICES.map((service) => service.name), 'doctor', 'prepare']) {
      const policy = JSON.stringify(objects.find((object) => nameOf(object) === `NetworkPolicy/${name}`));
      expect(policy).toContain('"cidr":"10.1.0.0/16"');
      expect(policy).toContain('"kubernetes.io/metadata.name":"openshift-dns"');
      expect(policy).not.toContain('kube-dns');
    }
    expect(named(objects, 'Ingress')).toEqual(['millrace']);
    const data = (name: string) => objects.find((object) => nameOf(object) === `ConfigMap/${name}`)?.['data'];
    expect(data('millrace-settings')).toEqual({
      ...PUBLIC_URL.settings,
      MILLRACE_NATS_MONITOR_URL: 'http://servers.example:8222',
      MILLRACE_RATE_LIMIT_API_PER_HOUR: '1000000',
    });
    expect(data('millrace-workflow-env')).toEqual({ REGION: 'eu', LIMIT: '5' });
  });
});

it('KEDA, policies of the network and budgets can be left out, and a change of a setting starts pods anew', () => {
  const first = withValues({ networkPolicy: { enabled: false }, podDisruptionBudget: { enabled: false } });
  for (const kind of [
    'NetworkPolicy',
    'PodDisruptionBudget',
    'ScaledObject',
    'ExternalSecret',
    'HTTPRoute',
    'PriorityClass',
  ]) {
    expect([kind, named(first, kind)]).toEqual([kind, []]);
  }
  const byLoad = SERVICES.filter(({ scalesBy }) => scalesBy === 'cpu').map(({ name }) => name);
  expect(named(first, 'HorizontalPodAutoscaler').sort()).toEqual(byLoad.sort());
  const second = withValues({ settings: { ...PUBLIC_URL.settings, MILLRACE_LOG_LEVEL: 'debug' } });
  const checksum = (objects: readonly KubernetesObject[]) =>
    JSON.stringify(objects).match(/"checksum\/settings":"([0-9a-f]{64})"/)?.[1];
  expect(checksum(first)).toBeDefined();
  expect(checksum(second)).not.toBe(checksum(first));
});

it.each([
  [
    'a setting that is misspelt',
    { settings: { ...PUBLIC_URL.settings, MILLRACE_LOG_LEVL: 'debug' } },
    'MILLRACE_LOG_LEVL',
  ],
  [
    'a secret among the settings',
    { settings: { ...PUBLIC_URL.settings, MILLRACE_NATS_URL: 'nats://x' } },
    'MILLRACE_NATS_URL',
  ],
  ['no public address', { settings: {} }, 'MILLRACE_PUBLIC_URL'],
  ['a service that there is not', { services: { gatewy: { replicas: 1 } } }, 'gatewy'],
  ['a rule for DNS that would let everything through', { networkPolicy: { dns: { to: [] } } }, '/networkPolicy/dns/to'],
  ['none for DNS', { networkPolicy: { dns: null } }, 'dns'],
  ['credentials in an address', { servers: { redis: { address: 'user:password@redis:6379' } } }, 'address'],
])('it refuses %s', (_what, values, named) => {
  expect(() => withValues(values)).toThrow(named);
});
