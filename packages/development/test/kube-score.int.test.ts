import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { newSecrets } from '../src/kubernetes/secrets.js';
import { hasKubeScore, helm, kubeScore, kubernetesTools, objectsIn, rendered } from './kubernetes/kubernetes-tools.js';
import { writeOtherOverlays, writeOwnOverlay } from './kubernetes/own-overlay.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* What kube-score, which knows what objects of Kubernetes should not be like, has to say about the manifests. */

/** In CI nothing is left out. `CI` itself is set in each run of `npm test`. */
const withKubeScore = process.env['MILLRACE_IN_CI'] !== undefined || hasKubeScore(process.env);
const test = withKubeScore ? it : it.skip;
if (!withKubeScore) process.stderr.write('kube-score: left out, since there is no Go on PATH to build it with\n');

/** Building it with nothing in Go's cache, beside other tests on two busy cores. */
const BUILD_MS = 15 * 60_000;

/** What is so on purpose, by kube-score's names of its checks, and why. */
const ON_PURPOSE: Readonly<Record<string, string>> = {
  'container-image-pull-policy': 'a tag is a release, which is never built again: what a node has need not be pulled',
  'container-security-context-user-group-id':
    'the user of the images is 1000, and no folder of a node is mounted, of which that could be the owner',
  'container-ephemeral-storage-request-and-limit':
    'the root is read-only, and the folder that can be written to has a limit of its own',
  'deployment-has-host-podantiaffinity': 'topologySpreadConstraints spread the pods over nodes and zones',
  'deployment-replicas': 'a ScaledObject, which kube-score does not know, or an overlay for one node says how many',
};
const EVALUATION_ONLY: Readonly<Record<string, string>> = {
  'pod-probes-identical': 'single servers for the first hour: what does not respond is started anew',
};

const MANIFESTS = ['evaluation', 'dev', 'production', 'mine', 'by consumers', 'ingress', 'the chart'];

let score: string;
let folder: string;
let manifests: Readonly<Record<string, readonly KubernetesObject[]>>;

beforeAll(async () => {
  if (!withKubeScore) return;
  const tools = await kubernetesTools(process.env);
  score = await kubeScore(process.env);
  folder = mkdtempSync(join(tmpdir(), 'millrace-kube-score-'));
  cpSync(join(REPOSITORY, 'k8s'), folder, { recursive: true });
  writeFileSync(join(folder, 'overlays/evaluation/secrets.yaml'), newSecrets(SERVICES).text);
  writeOwnOverlay(join(folder, 'overlays'));
  writeOtherOverlays(join(folder, 'overlays'));
  const chart = ['template', 'any', join(folder, 'helm/millrace'), '--namespace', 'millrace'];
  const address = ['--set', 'settings.MILLRACE_PUBLIC_URL=https://workflows.example.com'];
  manifests = Object.fromEntries(
    MANIFESTS.map((name) => [
      name,
      name === 'the chart'
        ? objectsIn(helm(tools, ...chart, ...address))
        : rendered(tools, join(folder, 'overlays', name)),
    ]),
  );
}, BUILD_MS);
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** What it finds, a line each, but for what is so on purpose. */
function findings(objects: readonly KubernetesObject[], onPurpose: Readonly<Record<string, string>>): string[] {
  const file = join(folder, 'objects.yaml');
  writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
  const options = Object.keys(onPurpose).flatMap((name) => ['--ignore-test', name]);
  // A limit of processor time would slow a service down that a node has time for.
  const command = ['score', file, '--output-format', 'ci', '--ignore-container-cpu-limit', ...options];
  let output: string;
  try {
    output = execFileSync(score, command, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  expect(output).toContain('[OK]');
  return output.split('\n').filter((line) => /^\[(?:CRITICAL|WARNING)\]/.test(line));
}

test.each(MANIFESTS)('nothing is wrong with %s', (name) => {
  const ofServers = ['evaluation', 'dev'].includes(name) ? EVALUATION_ONLY : {};
  expect(findings(manifests[name] ?? [], { ...ON_PURPOSE, ...ofServers })).toEqual([]);
});

test('each exclusion is of something that is so', () => {
  for (const check of Object.keys({ ...ON_PURPOSE, ...EVALUATION_ONLY })) {
    const { [check]: _this, ...others } = { ...ON_PURPOSE, ...EVALUATION_ONLY };
    expect([check, findings(manifests['evaluation'] ?? [], others)]).not.toEqual([check, []]);
  }
});

test.each([
  [
    'a policy of the network that no pod has',
    /("podSelector":\{"matchLabels":\{"app\.kubernetes\.io\/name":")gateway/g,
    '$1gatewya',
    /gateway\/millrace \S+NetworkPolicy: The NetworkPolicys selector doesn't match any pods/,
  ],
  [
    'a Service that leads to no pod',
    /("selector":\{"app\.kubernetes\.io\/name":")gateway/g,
    '$1gatewya',
    /gateway\/millrace v1\/Service: The services selector does not match any pods/,
  ],
  [
    'a scaler of what is not there',
    /("scaleTargetRef":\{[^}]*"name":")gateway/g,
    '$1gatewya',
    /gateway\/millrace \S+HorizontalPodAutoscaler: The HPA target does not match anything/,
  ],
  [
    'a service that all nodes may be drained of',
    /"kind":"PodDisruptionBudget"/g,
    '"kind":"ConfigMap"',
    /executor\/millrace \S+Deployment: No matching PodDisruptionBudget was found/,
  ],
  [
    'a service that is started anew whenever it is not ready',
    /\/health\/ready/g,
    '/health/live',
    /executor\/millrace \S+Deployment: Container has the same readiness and liveness probe/,
  ],
  [
    'a root that can be written to',
    /"readOnlyRootFilesystem":true/g,
    '"readOnlyRootFilesystem":false',
    /\(executor\) The pod has a container with a writable root filesystem/,
  ],
  [
    'no request of memory',
    /("requests":\{"cpu":"[^"]*"),"memory":"[^"]*"/g,
    '$1',
    /\(executor\) Memory request is not set/,
  ],
  ['an image of no version', /("image":"[^"]*executor):[^"]*"/g, '$1:latest"', /\(executor\) Image with latest tag/],
])('finds %s', (_what, right, wrong, said) => {
  const text = JSON.stringify(manifests['production']);
  const changed = text.replace(right, wrong);
  expect(changed === text).toBe(false);
  expect(findings(JSON.parse(changed) as KubernetesObject[], ON_PURPOSE).join('\n')).toMatch(said);
});
