import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { newSecrets } from '../../src/kubernetes/secrets.js';
import { helm, kubernetesTools, objectsIn, rendered } from '../kubernetes/kubernetes-tools.js';
import { writeOwnOverlay } from '../kubernetes/own-overlay.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { SERVICES } from '../kubernetes/services.js';
import { BUILD_MS, kubeScoreProgram } from './programs.js';

/* What kube-score, which knows what objects of Kubernetes should not be like, has to say about the manifests. */

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

let score: string;
let folder: string;
let manifests: Readonly<Record<string, readonly KubernetesObject[]>>;

beforeAll(async () => {
  const tools = await kubernetesTools(process.env);
  score = await kubeScoreProgram(process.env);
  folder = mkdtempSync(join(tmpdir(), 'millrace-policies-'));
  cpSync(join(REPOSITORY, 'k8s'), folder, { recursive: true });
  writeFileSync(join(folder, 'overlays/evaluation/secrets.yaml'), newSecrets(SERVICES).text);
  writeOwnOverlay(join(folder, 'overlays'));
  const overlay = (name: string) => rendered(tools, join(folder, 'overlays', name));
  const chart = ['template', 'any', join(folder, 'helm/millrace'), '--namespace', 'millrace'];
  manifests = {
    evaluation: overlay('evaluation'),
    dev: overlay('dev'),
    production: overlay('production'),
    'a copy of production': overlay('mine'),
    'the chart': objectsIn(
      helm(tools, ...chart, '--set', 'settings.MILLRACE_PUBLIC_URL=https://workflows.example.com'),
    ),
  };
}, BUILD_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

it.each(['evaluation', 'dev', 'production', 'a copy of production', 'the chart'])(
  'nothing is wrong with %s',
  (name) => {
    const ofServers = ['evaluation', 'dev'].includes(name) ? EVALUATION_ONLY : {};
    expect(findings(manifests[name] ?? [], { ...ON_PURPOSE, ...ofServers })).toEqual([]);
  },
);

it('each exclusion is of something that is so', () => {
  for (const check of Object.keys({ ...ON_PURPOSE, ...EVALUATION_ONLY })) {
    const { [check]: _this, ...others } = { ...ON_PURPOSE, ...EVALUATION_ONLY };
    expect([check, findings(manifests['evaluation'] ?? [], others)]).not.toEqual([check, []]);
  }
});

it('a policy of the network that no pod has, and a root that can be written to, are found', () => {
  const wrong = JSON.stringify(manifests['production'])
    .replaceAll('"readOnlyRootFilesystem":true', '"readOnlyRootFilesystem":false')
    .replaceAll(/("podSelector":\{"matchLabels":\{"app\.kubernetes\.io\/name":")gateway/g, '$1gatewya');
  const found = findings(JSON.parse(wrong) as KubernetesObject[], ON_PURPOSE).join('\n');
  expect(found).toMatch(/gateway\/millrace \S+NetworkPolicy: The NetworkPolicys selector doesn't match any pods/);
  expect(found).toMatch(/\(executor\) The pod has a container with a writable root filesystem/);
});
