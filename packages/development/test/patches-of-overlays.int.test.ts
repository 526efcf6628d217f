import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { kubernetesTools, rendered, type KubernetesTools } from './kubernetes/kubernetes-tools.js';
import { ObjectSchemas } from './kubernetes/object-schema.js';
import { writeOwnOverlay } from './kubernetes/own-overlay.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* Patches of docs/deploy.md, all of them in one overlay: each changes what the page says, and the objects stay what schemas allow. */

interface Kustomization {
  readonly patches: readonly unknown[];
}

const page = readFileSync(join(REPOSITORY, 'docs', 'deploy.md'), 'utf8');
const patches = [...page.matchAll(/<!-- patches -->\n\n```yaml\n([^]*?)```/g)].flatMap(
  ([, text = '']) => (parse(text) as Kustomization).patches,
);

let tools: KubernetesTools;
let folder: string;
let objects: KubernetesObject[];
let schemas: ObjectSchemas;
const specOf = (kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)?.['spec'];

beforeAll(async () => {
  tools = await kubernetesTools(process.env);
  schemas = new ObjectSchemas(tools.schemas);
  folder = mkdtempSync(join(tmpdir(), 'millrace-patches-'));
  cpSync(join(REPOSITORY, 'k8s'), folder, { recursive: true });
  writeOwnOverlay(join(folder, 'overlays'));
  const file = join(folder, 'overlays/mine/kustomization.yaml');
  const own = parse(readFileSync(file, 'utf8')) as Kustomization;
  writeFileSync(file, stringify({ ...own, patches: [...own.patches, ...patches] }));
  objects = rendered(tools, join(folder, 'overlays/mine'));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('all of them leave objects that the schemas allow', () => {
  expect(patches.length).toBeGreaterThan(7);
  expect(objects.flatMap((object) => schemas.problemsOf(object))).toEqual([]);
});

it.each([...SERVICES.map(({ name }) => name), 'doctor', 'prepare'])(
  '%s reaches servers outside of the cluster, and a resolver of its node',
  (name) => {
    const policy = JSON.stringify(specOf('NetworkPolicy', name));
    for (const address of ['10.2.0.0/24', '169.254.20.10/32']) expect(policy).toContain(address);
  },
);

it('each service reaches the collector of traces, the gateway lets the front in, and an executor its network', () => {
  for (const { name } of SERVICES) expect(JSON.stringify(specOf('NetworkPolicy', name))).toContain('"tracing"');
  const { ingress } = specOf('NetworkPolicy', 'gateway') as { ingress: unknown };
  expect(JSON.stringify(ingress)).toContain('10.3.0.0/24');
  expect(JSON.stringify(specOf('NetworkPolicy', 'executor'))).toContain('10.1.0.0/16');
});

it('what has no policy of its own is closed, whatever pod of the namespace it is', () => {
  const { podSelector, ...rest } = specOf('NetworkPolicy', 'millrace-default-deny') as { podSelector: object };
  expect({ podSelector, ...rest }).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
});

it('a service gets its heap and its memory, and keeps its other settings', () => {
  const { template } = specOf('Deployment', 'scheduler') as {
    template: { spec: { containers: [{ env: { name: string; value?: string }[]; resources: unknown }] } };
  };
  const [{ env, resources }] = template.spec.containers;
  expect(env.find(({ name }) => name === 'NODE_OPTIONS')?.value).toBe('--max-old-space-size=1280');
  expect(env.map(({ name }) => name)).toContain('MILLRACE_NATS_URL');
  expect(resources).toMatchObject({ limits: { memory: '1536Mi' }, requests: { memory: '160Mi' } });
});

it('every pod takes its image with the password of the registry', () => {
  const withPods = objects.filter(({ kind }) => ['Deployment', 'CronJob', 'Job'].includes(kind));
  expect(withPods).toHaveLength(SERVICES.length + 2);
  for (const object of withPods) expect(JSON.stringify(object)).toContain('"imagePullSecrets":[{"name":"registry"}]');
});

it('scalers have their new bounds, and that of history one stream more', () => {
  expect(specOf('HorizontalPodAutoscaler', 'webhook-dispatcher')).toMatchObject({ minReplicas: 4, maxReplicas: 20 });
  expect(specOf('ScaledObject', 'executor')).toMatchObject({ minReplicaCount: 4, maxReplicaCount: 100 });
  const { triggers } = specOf('ScaledObject', 'history') as { triggers: { metadata: { stream?: string } }[] };
  expect(triggers.at(-1)?.metadata.stream).toBe('JOURNAL_2');
});

it('an Ingress in the place of the Gateway has the class and the host of the page, and nothing else is missing', () => {
  const [, text = ''] = /<!-- ingress -->\n\n *```yaml\n([^]*?)```/.exec(page) ?? [];
  const additions = parse(text) as { components: string[]; patches: unknown[] };
  const file = join(folder, 'overlays/mine/kustomization.yaml');
  const own = parse(readFileSync(file, 'utf8')) as { components: string[]; patches: { target: { kind: string } }[] };
  const components = own.components.map((name) => (name.endsWith('/gateway-api') ? additions.components[0]! : name));
  const others = own.patches.filter(({ target }) => target.kind !== 'HTTPRoute');
  cpSync(join(folder, 'overlays/mine'), join(folder, 'overlays/ingress'), { recursive: true });
  writeFileSync(
    join(folder, 'overlays/ingress/kustomization.yaml'),
    stringify({ ...own, components, patches: [...others, ...additions.patches] }),
  );
  const behindIngress = rendered(tools, join(folder, 'overlays/ingress'));
  const ingress = behindIngress.find(({ kind }) => kind === 'Ingress');
  expect(ingress?.['spec']).toMatchObject({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['workflows.example.com'], secretName: 'millrace-tls' }],
    rules: [{ host: 'workflows.example.com' }],
  });
  expect(schemas.problemsOf(ingress!)).toEqual([]);
  const names = (of: readonly KubernetesObject[]) => of.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(names(behindIngress).filter((name) => name !== 'Ingress millrace')).toEqual(
    names(objects).filter((name) => name !== 'HTTPRoute millrace'),
  );
});

it('the policy for NATS is one, and lets in the services by both of their ports', () => {
  const [, text = ''] = /<!-- nats policy -->\n\n```yaml\n([^]*?)```/.exec(page) ?? [];
  const policy = parse(text) as KubernetesObject;
  expect(schemas.problemsOf(policy)).toEqual([]);
  const { ingress } = policy['spec'] as { ingress: { from: unknown; ports?: { port: number }[] }[] };
  const services = ingress.find(({ from }) => JSON.stringify(from).includes('"millrace"'));
  expect(services?.ports?.map(({ port }) => port)).toEqual([4_222, 8_222]);
});
