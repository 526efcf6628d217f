import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, RUN_LANES, STREAMS } from '@millrace/contracts';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { newSecrets } from '../src/kubernetes/secrets.js';
import { kubernetesTools, rendered, type KubernetesTools } from './kubernetes/kubernetes-tools.js';
import { ObjectSchemas } from './kubernetes/object-schema.js';
import { writeOtherOverlays, writeOwnOverlay } from './kubernetes/own-overlay.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { expectRestricted } from './kubernetes/restricted.js';
import { SERVICES } from './kubernetes/services.js';

/** `mine`: a copy of `production` as docs/deploy.md says to make one, with what may be added to it. */
const OVERLAYS = ['evaluation', 'dev', 'production', 'mine', 'by consumers'];
/** Of the queue of executions. */
const CONSUMERS = SERVICES.flatMap(({ consumers }) => consumers.filter(({ stream }) => stream === STREAMS.runs)).map(
  ({ name }) => name,
);

interface Trigger {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
}

let tools: KubernetesTools;
let folder: string;
const objects = new Map<string, KubernetesObject[]>();
const of = (overlay: string, kind: string) => (objects.get(overlay) ?? []).filter((object) => object.kind === kind);

beforeAll(async () => {
  tools = await kubernetesTools(process.env);
  folder = mkdtempSync(join(tmpdir(), 'millrace-kubernetes-'));
  cpSync(join(REPOSITORY, 'k8s'), folder, { recursive: true });
  writeFileSync(join(folder, 'overlays/evaluation/secrets.yaml'), newSecrets(SERVICES).text);
  writeOwnOverlay(join(folder, 'overlays'));
  writeOtherOverlays(join(folder, 'overlays'));
  for (const overlay of [...OVERLAYS, 'ingress']) {
    objects.set(overlay, rendered(tools, join(folder, 'overlays', overlay)));
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(OVERLAYS)('the overlay %s', (overlay) => {
  it('is what the schemas of Kubernetes and of its extensions allow', () => {
    const schemas = new ObjectSchemas(tools.schemas);
    expect((objects.get(overlay) ?? []).flatMap((object) => schemas.problemsOf(object))).toEqual([]);
  });

  it('has a Deployment, a budget for disruptions and a policy of the network for each service', () => {
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'NetworkPolicy', 'ServiceAccount']) {
      const names = of(overlay, kind).map(({ metadata }) => metadata.name);
      expect(names).toEqual(expect.arrayContaining(SERVICES.map(({ name }) => name)));
    }
  });

  it('runs nothing that restricted pod security would refuse, with a root that is read-only and a limit of memory', () => {
    expectRestricted(objects.get(overlay) ?? []);
  });

  it('refers to no ConfigMap that it does not have, unless it may be missing', () => {
    const names = new Set(of(overlay, 'ConfigMap').map(({ metadata }) => metadata.name));
    const references = JSON.stringify([...of(overlay, 'Deployment'), ...of(overlay, 'Job')]).matchAll(
      /"configMap(?:Key)?Ref":(\{[^}]*\})/g,
    );
    for (const [, text = '{}'] of references) {
      const { name, optional = false } = JSON.parse(text) as { name: string; optional?: boolean };
      expect(optional || names.has(name)).toBe(true);
      if (name.startsWith('millrace-settings')) expect(names).toContain(name);
    }
  });
});

it('takes images of the machine alone in the overlay dev, by the job too', () => {
  const pods = JSON.stringify([...of('dev', 'Deployment'), ...of('dev', 'Job')]);
  const images = [...pods.matchAll(/"image":"[^"]*millrace\/[^"]*"/g)];
  expect(images).toHaveLength(2 * SERVICES.length);
  expect(pods.match(/"imagePullPolicy":"Never"/g)).toHaveLength(images.length);
});

describe('what the page applies by parts, in this order', () => {
  const page = readFileSync(join(REPOSITORY, 'docs', 'operate.md'), 'utf8');
  const commands = [...page.matchAll(/apply -k \S+ -l '(\S+) notin \(([^)]*)\)'/g)];
  const names = SERVICES.map(({ name }) => name);
  const but = (...some: readonly string[]) => names.filter((name) => !some.includes(name));

  it.each([
    ['an upgrade, to prepare it', 0, []],
    ['an upgrade', 1, ['definitions', 'executor']],
    ['a rollback', 2, ['gateway']],
    ['a rollback, then', 3, but('definitions', 'executor')],
  ])('of %s has these services, and what belongs to none', (_what, index, expected) => {
    const [, label = '', later = ''] = commands[index] ?? [];
    const left = later.split(',');
    const labelOf = ({ metadata: { labels } }: KubernetesObject) =>
      (labels as Readonly<Record<string, string>> | undefined)?.[label];
    const first = (objects.get('production') ?? []).filter((object) => !left.includes(labelOf(object) ?? ''));
    const namesOf = (kind: string) => first.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
    expect(namesOf('Deployment').sort()).toEqual([...expected].sort());
    expect(namesOf('Job')).toEqual(['prepare']);
    expect(namesOf('ConfigMap')).toEqual(of('production', 'ConfigMap').map(({ metadata }) => metadata.name));
    expect(namesOf('ExternalSecret')).toEqual(of('production', 'ExternalSecret').map(({ metadata }) => metadata.name));
    // No name of a service is misspelt.
    expect([...left, ...expected].sort()).toEqual([...names].sort());
  });
});

it('what the page adds to a copy is in it', () => {
  const text = JSON.stringify(objects.get('mine'));
  const [route] = of('mine', 'HTTPRoute');
  expect(route?.['spec']).toMatchObject({ hostnames: ['workflows.example.com'] });
  expect(of('mine', 'CronJob').map(({ metadata }) => metadata.name)).toEqual(['doctor']);
  const images = [...text.matchAll(/"image":"([^"]*)"/g)].map(([, image]) => image);
  // Of each service twice: it runs, and is prepared.
  expect(images).toHaveLength(2 * SERVICES.length + 1);
  expect(images.filter((image) => image?.startsWith('registry.example.com/millrace/') !== true)).toEqual([]);
});

it('KEDA asks the NATS that a copy names: for history the server that leads, which only a headless Service has a name for', () => {
  const asked = (overlay: string) =>
    JSON.stringify(of(overlay, 'ScaledObject'))
      .split(/["/]/)
      .filter((part) => part.endsWith(':8222'));
  expect(asked('mine')).toEqual(['nats.elsewhere:8222', 'servers.elsewhere:8222', 'servers.elsewhere:8222']);
  const [nats, servers] = ['nats.millrace-servers.svc:8222', 'nats-headless.millrace-servers.svc:8222'];
  expect(asked('production')).toEqual([nats, servers, servers]);
  expect(asked('by consumers')).toEqual(Array(CONSUMERS.length + 2).fill('servers.elsewhere:8222'));
  expect(of('production', 'ConfigMap').filter(({ metadata }) => metadata.name.startsWith('keda'))).toEqual([]);
});

it('with components/scaled-by-consumers KEDA looks at each consumer of the queue, and at nothing else for executors', () => {
  const scaler = (overlay: string) => of(overlay, 'ScaledObject').find(({ metadata }) => metadata.name === 'executor');
  const { triggers, ...rest } = scaler('by consumers')?.['spec'] as { triggers: Trigger[] };
  expect(triggers.map(({ type, metadata }) => [type, metadata['stream'], metadata['consumer']])).toEqual(
    CONSUMERS.map((name) => ['nats-jetstream', STREAMS.runs, name]),
  );
  // As many executors as by the length of the queue, where all shared lanes have as much.
  const { triggers: before, ...restBefore } = scaler('mine')?.['spec'] as { triggers: [Trigger] };
  const thresholds = new Set(triggers.map(({ metadata }) => Number(metadata['lagThreshold']) * RUN_LANES));
  expect([...thresholds]).toEqual([Number(before[0].metadata['targetValue'])]);
  expect(rest).toEqual(restBefore);
});

it('in production pods come before work of no importance, by a priority that is there', () => {
  const classes = of('production', 'PriorityClass').map(({ metadata }) => metadata.name);
  for (const { metadata, spec } of [...of('production', 'Deployment'), ...of('production', 'Job')]) {
    const { priorityClassName } = (spec as { template: { spec: { priorityClassName?: string } } }).template.spec;
    expect([metadata.name, classes]).toEqual([metadata.name, [priorityClassName]]);
  }
});

it('calls of users come to the gateway by an HTTPRoute, and with components/ingress by an Ingress', () => {
  const schemas = new ObjectSchemas(tools.schemas);
  expect((objects.get('ingress') ?? []).flatMap((object) => schemas.problemsOf(object))).toEqual([]);
  const services = new Map(
    of('ingress', 'Service').map(({ metadata, spec }) => [
      metadata.name,
      (spec as { ports: { name: string; port: number }[] }).ports,
    ]),
  );
  const [ingress] = of('ingress', 'Ingress');
  const { rules } = ingress?.['spec'] as {
    rules: { http: { paths: { backend: { service: { name: string; port: { name: string } } } }[] } }[];
  };
  const backends = rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service));
  expect(backends).toEqual([{ name: 'gateway', port: { name: 'public' } }]);
  expect(services.get('gateway')?.map(({ name }) => name)).toEqual(['public']);
  const [route] = of('production', 'HTTPRoute');
  const { rules: routes } = route?.['spec'] as { rules: { backendRefs: { name: string; port: number }[] }[] };
  const [port] = services.get('gateway') ?? [];
  expect(routes.flatMap(({ backendRefs }) => backendRefs)).toEqual([{ name: 'gateway', port: port?.port }]);
});

describe('what is in front of the gateway leaves its answers the time that they take', () => {
  it('an HTTPRoute cuts none, for streams last longer than any other', () => {
    const [route] = of('production', 'HTTPRoute');
    const { rules } = route?.['spec'] as { rules: { matches?: unknown; timeouts?: { request?: string } }[] };
    // One rule, for all paths; nothing said is whatever a controller does by itself.
    expect(rules.map(({ matches, timeouts }) => [matches, timeouts])).toEqual([[undefined, { request: '0s' }]]);
    expect(LIMITS.liveStreamMs).toBeGreaterThan(60_000);
  });

  it('an Ingress waits for data longer than a start waits for its execution', () => {
    const [ingress] = of('ingress', 'Ingress');
    const { annotations } = ingress?.metadata as { annotations?: Readonly<Record<string, string>> };
    const seconds = Number(annotations?.['nginx.ingress.kubernetes.io/proxy-read-timeout']);
    expect(seconds * 1_000).toBeGreaterThan(LIMITS.requestMs);
  });
});

it('the schemas find a member that is misspelt, in a kind of Kubernetes and in a custom one', () => {
  const schemas = new ObjectSchemas(tools.schemas);
  const [deployment] = of('production', 'Deployment');
  const [scaler] = of('production', 'ScaledObject');
  expect(
    schemas.problemsOf({
      ...deployment,
      spec: { ...(deployment?.['spec'] as object), replcas: 2 },
    } as KubernetesObject),
  ).not.toEqual([]);
  expect(
    schemas.problemsOf({ ...scaler, spec: { ...(scaler?.['spec'] as object), maxReplicas: 2 } } as KubernetesObject),
  ).not.toEqual([]);
});

it('in production each service is scaled by one thing', () => {
  const scaled = [...of('production', 'HorizontalPodAutoscaler'), ...of('production', 'ScaledObject')];
  expect(scaled.map(({ metadata }) => metadata.name).sort()).toEqual(SERVICES.map(({ name }) => name).sort());
  // kube-score knows no ScaledObject, whose kind is Deployment where it says none.
  const targets = scaled.map(({ metadata, spec }) => {
    const { kind = 'Deployment', name } = (spec as { scaleTargetRef: { kind?: string; name: string } }).scaleTargetRef;
    return [metadata.name, kind, name];
  });
  expect(targets).toEqual(scaled.map(({ metadata: { name } }) => [name, 'Deployment', name]));
});
