import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@millrace/testing';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { newSecrets } from '../../src/kubernetes/secrets.js';
import { helm, objectsIn, rendered } from '../kubernetes/kubernetes-tools.js';
import { writeOtherOverlays, writeOwnOverlay } from '../kubernetes/own-overlay.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { SERVICES } from '../kubernetes/services.js';
import { ControlPlane } from './control-plane.js';
import { addCustomResources } from './custom-resources.js';
import { BUILD_MS, clusterPrograms } from './programs.js';
import { TestNode, type Pod } from './test-node.js';

/* A real control plane takes the manifests. Pods are not run: a node of the test says that they are ready. */

const K8S = join(REPOSITORY, 'k8s');
const PODS = '/api/v1/namespaces/millrace/pods';

let plane: ControlPlane;
let node: TestNode;
let folder: string;
let manifests: Readonly<Record<string, readonly KubernetesObject[]>>;
/** While it is true, no new pod becomes ready. */
let isHeld = false;

beforeAll(async () => {
  const { tools, ...programs } = await clusterPrograms(process.env);
  plane = await ControlPlane.start(programs);
  folder = mkdtempSync(join(tmpdir(), 'millrace-manifests-'));
  cpSync(K8S, join(folder, 'k8s'), { recursive: true });
  writeFileSync(join(folder, 'k8s/overlays/evaluation/secrets.yaml'), newSecrets(SERVICES).text);
  writeOwnOverlay(join(folder, 'k8s/overlays'));
  writeOtherOverlays(join(folder, 'k8s/overlays'));
  const overlay = (name: string) => rendered(tools, join(folder, 'k8s/overlays', name));
  const values = join(folder, 'k8s/helm/millrace/values-production.yaml');
  const chart = ['template', 'any', join(folder, 'k8s/helm/millrace'), '--namespace', 'millrace', '--values', values];
  manifests = {
    evaluation: overlay('evaluation'),
    dev: overlay('dev'),
    production: overlay('production'),
    'a copy of production': overlay('mine'),
    'executors by consumers': overlay('by consumers'),
    'an Ingress beside the route': overlay('ingress'),
    'the chart': objectsIn(helm(tools, ...chart)),
  };
  await addCustomResources(plane);
  const namespace = (manifests['production'] ?? []).filter(({ kind }) => kind === 'Namespace');
  await apply(namespace);
  node = await TestNode.join(plane.api, async () => {
    const mayBeReady = !isHeld;
    return { isReady: async () => mayBeReady || !isHeld, stop: async () => undefined };
  });
}, BUILD_MS);
afterAll(async () => {
  await node?.stop();
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function apply(objects: readonly KubernetesObject[], ...options: readonly string[]): Promise<string> {
  const file = join(folder, 'objects.yaml');
  writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
  return plane.kubectl('apply', '--warnings-as-errors', ...options, '-f', file);
}

/** The pods of a service that nobody has asked to end. */
async function podsOf(service: string): Promise<readonly Pod[]> {
  const pods = await plane.api.list<Pod>(`${PODS}?labelSelector=app.kubernetes.io/name=${service}`);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

const isReady = (pod: Pod): boolean => {
  const { conditions = [] } = pod['status'] as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
};

it.each([
  'evaluation',
  'dev',
  'production',
  'a copy of production',
  'executors by consumers',
  'an Ingress beside the route',
  'the chart',
])('takes all of %s without a warning, in a namespace of restricted pod security', async (name) => {
  const said = await apply(manifests[name] ?? [], '--dry-run=server');
  expect(said.trim().split('\n')).toHaveLength(manifests[name]?.length ?? 0);
});

it('warns of pods that are not restricted', async () => {
  const [deployment] = (manifests['production'] ?? []).filter(({ kind }) => kind === 'Deployment');
  const text = JSON.stringify(deployment).replaceAll('"runAsNonRoot":true', '"runAsNonRoot":false');
  const loose = JSON.parse(text) as KubernetesObject;
  await expect(apply([loose], '--dry-run=server')).rejects.toThrow(/restricted/);
});

describe('once it is applied', () => {
  beforeAll(async () => {
    await apply(manifests['production'] ?? []);
    // Two of each are asked for by the scalers of load; those of backlog need KEDA.
    const byBacklog = SERVICES.filter(({ scalesBy }) => scalesBy === 'backlog').map(({ name }) => name);
    await plane.kubectl('-n', 'millrace', 'scale', 'deployment', ...byBacklog, '--replicas=2');
    await waitUntil('two pods of each service to be ready', async () => {
      const all = await Promise.all(SERVICES.map(({ name }) => podsOf(name)));
      return all.every((pods) => pods.filter(isReady).length >= 2);
    });
  });

  it('the accounts of the services may do nothing in the cluster', async () => {
    const review = async (user: string, verb: string, resource: string) => {
      const resourceAttributes = { namespace: 'millrace', verb, resource };
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user, resourceAttributes },
      };
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      return (await plane.api.must<{ status: { allowed: boolean } }>('POST', path, { body })).status.allowed;
    };
    const asked = [
      ['get', 'secrets'],
      ['list', 'pods'],
      ['create', 'pods'],
      ['patch', 'deployments'],
      ['get', 'configmaps'],
    ] as const;
    for (const { name } of SERVICES) {
      for (const [verb, resource] of asked) {
        const allowed = await review(`system:serviceaccount:millrace:${name}`, verb, resource);
        expect([name, verb, resource, allowed]).toEqual([name, verb, resource, false]);
      }
    }
    expect(await review('system:kube-scheduler', 'list', 'pods')).toBe(true);
  });

  it('no pod has a token of the API', async () => {
    for (const pod of await plane.api.list<Pod>(PODS))
      expect(JSON.stringify(pod.spec)).not.toContain('serviceAccountToken');
  });

  it('a second pod of a service is not taken away while the first is not replaced', async () => {
    const evict = async ({ metadata: { name, namespace } }: Pod) => {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
      return (await plane.api.call('POST', `${PODS}/${name}/eviction`, { body })).status;
    };
    for (const { name } of SERVICES) {
      await waitUntil('its budget to allow one', async () => {
        const path = `/apis/policy/v1/namespaces/millrace/poddisruptionbudgets/${name}`;
        return (
          (await plane.api.must<{ status: { disruptionsAllowed: number } }>('GET', path)).status.disruptionsAllowed > 0
        );
      });
      isHeld = true;
      const [first, second] = await podsOf(name);
      expect([name, await evict(first as Pod), await evict(second as Pod)]).toEqual([name, 201, 429]);
      isHeld = false;
      await waitUntil('it to be replaced', async () => (await podsOf(name)).filter(isReady).length >= 2);
    }
  });

  it('an update replaces one pod after the other, and there are never fewer that are ready', async () => {
    const image = 'millrace/gateway:next';
    await plane.kubectl('-n', 'millrace', 'set', 'image', 'deployment/gateway', `gateway=${image}`);
    const seen: number[] = [];
    let last: { image: string; isReady: boolean }[] = [];
    await waitUntil(
      'all pods to be new',
      async () => {
        const pods = await podsOf('gateway');
        seen.push(pods.filter(isReady).length);
        last = pods.map((pod) => ({ image: pod.spec.containers[0].image, isReady: isReady(pod) }));
        return last.length === 2 && last.every((pod) => pod.isReady && pod.image === image);
      },
      90_000,
      { everyMs: 100, seen: () => [last, node.failures] },
    );
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(2);
    expect(node.failures).toEqual([]);
  });
});
