import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { newSecrets } from '../src/kubernetes/secrets.js';
import { kubernetesTools, objectsIn, rendered, type KubernetesTools } from './kubernetes/kubernetes-tools.js';
import { ObjectSchemas } from './kubernetes/object-schema.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { expectRestricted } from './kubernetes/restricted.js';
import { SERVICES } from './kubernetes/services.js';

/* What docs/cluster-backup.md names is what the overlay has. The servers and their tools are not here. */

interface Tools {
  readonly containers: readonly [
    { readonly env: readonly { valueFrom?: { secretKeyRef: { name: string; key: string } } }[] },
  ];
}

const page = readFileSync(join(REPOSITORY, 'docs', 'cluster-backup.md'), 'utf8');
const PART_OF = { 'app.kubernetes.io/part-of': 'millrace' };

let tools: KubernetesTools;
let production: KubernetesObject[];
const namesOf = (kind: string, objects = production) =>
  objects
    .filter((object) => object.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort();

beforeAll(async () => {
  tools = await kubernetesTools(process.env);
  production = rendered(tools, join(REPOSITORY, 'k8s/overlays/production'));
}, 300_000);

it('the selector that scales services to nothing has all of them, and those that KEDA scales are paused', () => {
  expect(page).toContain('scale deployment --selector app.kubernetes.io/part-of=millrace --replicas=0');
  const deployments = production.filter(({ kind }) => kind === 'Deployment');
  expect(deployments).toHaveLength(SERVICES.length);
  for (const { metadata, spec } of deployments) {
    expect(metadata.labels).toMatchObject(PART_OF);
    expect((spec as { template: KubernetesObject }).template.metadata.labels).toMatchObject(PART_OF);
  }
  const [, paused = ''] = /annotate --overwrite scaledobject ([a-z -]+) \S+paused-replicas=0/.exec(page) ?? [];
  expect(paused.split(' ').sort()).toEqual(namesOf('ScaledObject'));
  const resumed = [...page.matchAll(/annotate scaledobject ([a-z -]+) \S+paused-replicas-\n/g)];
  expect(resumed.map(([, names]) => names)).toEqual([paused, 'history', 'executor']);
});

it('the part that is applied first in a restore has definitions and history, with what belongs to no service', () => {
  const [, label = '', later = ''] = /apply -k \S+ -l '(\S+) notin \(([^)]*)\)'/.exec(page) ?? [];
  const left = later.split(',');
  const first = production.filter(({ metadata: { labels } }) => {
    const name = (labels as Readonly<Record<string, string>> | undefined)?.[label];
    return name === undefined || !left.includes(name);
  });
  expect(namesOf('Deployment', first)).toEqual(['definitions', 'history']);
  expect([...left, 'definitions', 'history'].sort()).toEqual(SERVICES.map(({ name }) => name).sort());
  expect(namesOf('ConfigMap', first)).toEqual(namesOf('ConfigMap'));
});

it("the pod with MongoDB's tools is one that the namespace lets in, and reads a key that is there", () => {
  const [, text = ''] = /<!-- mongo tools -->\n\n```yaml\n([^]*?)```/.exec(page) ?? [];
  const pod = parse(text) as KubernetesObject;
  expect(new ObjectSchemas(tools.schemas).problemsOf(pod)).toEqual([]);
  expectRestricted([{ ...pod, kind: 'Deployment', spec: { template: { spec: pod['spec'] } } }]);
  const { secretKeyRef } = (pod['spec'] as Tools).containers[0].env.find(({ valueFrom }) => valueFrom)?.valueFrom ?? {};
  const secret = objectsIn(newSecrets(SERVICES).text).find(({ metadata }) => metadata.name === secretKeyRef?.name);
  expect(Object.keys(secret?.['stringData'] as object)).toContain(secretKeyRef?.key);
});
