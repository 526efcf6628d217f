import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { SETTINGS, type Servers } from '../installation/servers.js';
import { rendered, type KubernetesTools } from '../kubernetes/kubernetes-tools.js';
import { REPOSITORY } from '../kubernetes/repository.js';

interface InstallationOptions {
  readonly tools: KubernetesTools;
  /** For the copy; one that is not there yet. */
  readonly folder: string;
  readonly servers: Servers;
  /** Components of `k8s/components` behind those of production; none by default. */
  readonly components?: readonly string[];
  /** Beside those of all tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The objects of a copy of `overlays/production`, made as docs/deploy.md says, but with Secrets of its own in the place of a store's. */
export function installationOf({
  tools,
  folder,
  servers,
  components = [],
  settings = {},
}: InstallationOptions): KubernetesObject[] {
  cpSync(join(REPOSITORY, 'k8s'), folder, { recursive: true });
  const overlay = join(folder, 'overlays/cluster');
  cpSync(join(folder, 'overlays/production'), overlay, { recursive: true });
  const file = join(overlay, 'kustomization.yaml');
  const text = readFileSync(file, 'utf8')
    .replace(/^ *- \.\.\/\.\.\/components\/external-secrets\n/m, '')
    // The node of these tests runs services alone, which make everything themselves.
    .replace(/^ *- \.\.\/\.\.\/components\/prepare\n/m, '')
    .replace('- priority.yaml\n', '- priority.yaml\n  - secrets.yaml\n')
    .replace(/^( *)- \.\.\/\.\.\/components\/autoscaling\n/m, (line, indent: string) =>
      [line, ...components.map((name) => `${indent}- ../../components/${name}\n`)].join(''),
    );
  writeFileSync(file, text);
  writeFileSync(join(overlay, 'secrets.yaml'), servers.secrets.map((secret) => stringify(secret)).join('---\n'));
  const lines = Object.entries({
    ...SETTINGS,
    ...settings,
    MILLRACE_NATS_MONITOR_URL: servers.nats.monitorUrls.join(),
  });
  writeFileSync(join(overlay, 'settings.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''));
  const hosts = servers.nats.monitorUrls.map((url) => new URL(url).host).join();
  const asked = ['NATS_MONITOR', 'NATS_SERVERS_MONITOR'].map((name) => `${name}=${hosts}\n`);
  writeFileSync(join(overlay, 'keda.env'), asked.join(''));
  return rendered(tools, overlay);
}
