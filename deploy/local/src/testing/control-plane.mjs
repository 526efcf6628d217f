import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { buildPrograms, downloadModule, goEnvironment, requireGo } from './go-module.mjs';

const KUBERNETES = 'v1.37.2';

/** @type {import('./go-module.mjs').GoModule} */
export const KEDA = {
  module: 'github.com/kedacore/keda/v2',
  version: 'v2.21.0',
  sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
};

/**
 * Modules that the programs are built of, and the definitions of custom resources taken. The parts of Kubernetes that are modules of their own are
 * pinned by Go's database of sums.
 *
 * @type {Record<'kubernetes' | 'keda' | 'gatewayApi' | 'externalSecrets', import('./go-module.mjs').GoModule>}
 */
const MODULES = {
  kubernetes: {
    module: 'k8s.io/kubernetes',
    version: KUBERNETES,
    sum: 'h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE=',
  },
  keda: KEDA,
  gatewayApi: {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.3',
    sum: 'h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=',
  },
  externalSecrets: {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    sum: 'h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=',
  },
};

/** Definitions of the custom resources that the manifests use, by module. */
const CUSTOM_RESOURCES = {
  keda: 'config/crd/bases/keda.sh_scaledobjects.yaml',
  gatewayApi: 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  externalSecrets: 'config/crds/bases/external-secrets.io_externalsecrets.yaml',
};

/** Packages of Kubernetes' module by the programs that they are built as; etcd is among what it needs. */
const PROGRAMS = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-scheduler': './cmd/kube-scheduler',
  'kube-controller-manager': './cmd/kube-controller-manager',
  'kube-apiserver': './cmd/kube-apiserver',
};

/**
 * The programs of a control plane of Kubernetes: built from their sources once, which takes 10 to 30 minutes.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<string>} a folder with `bin` and `custom-resources`
 * @throws {import('../failure.mjs').Failure} when they cannot be built
 */
export async function ensureControlPlane({ runtimeDir, env, say }) {
  const recipe = createHash('sha256').update(JSON.stringify([MODULES, CUSTOM_RESOURCES, PROGRAMS]));
  const name = `control-plane-${recipe.digest('hex').slice(0, 12)}`;
  const folder = join(runtimeDir, name);
  if (!existsSync(folder)) {
    requireGo(env, 'a control plane of Kubernetes');
    await buildOnce(folder, { say, build: (part) => build(part, env, say) });
    removeOthers(runtimeDir, [name], 'controlPlane');
  }
  return folder;
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} users
 * @param {(text: string) => void} say
 */
async function build(folder, users, say) {
  const env = goEnvironment(users);
  say('downloading the sources');
  const sources = await download(folder, env);
  mkdirSync(join(folder, 'custom-resources'));
  for (const [module, file] of Object.entries(CUSTOM_RESOURCES)) {
    const source = sources[/** @type {keyof typeof CUSTOM_RESOURCES} */ (module)];
    copyFileSync(join(source, file), join(folder, 'custom-resources', file.replace(/^.*\//, '')));
  }
  const version = Object.entries({ gitVersion: KUBERNETES, gitMajor: '1', gitMinor: '37' });
  const flags = ['-s -w', ...version.map(([name, text]) => `-X k8s.io/component-base/version.${name}=${text}`)];
  await buildPrograms({
    folder,
    source: sources.kubernetes,
    definition: published(readFileSync(join(sources.kubernetes, 'go.mod'), 'utf8')),
    programs: PROGRAMS,
    linkFlags: flags.join(' '),
    env,
    say,
  });
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Record<keyof typeof MODULES, string>>} where the sources are
 */
async function download(folder, env) {
  /** @type {[string, string][]} */
  const found = [];
  for (const [name, module] of Object.entries(MODULES))
    found.push([name, await downloadModule(module, { folder, env })]);
  return /** @type {Record<keyof typeof MODULES, string>} */ (Object.fromEntries(found));
}

/**
 * Kubernetes names its own parts by their folders, which its module has not: they are modules of their own, of the same release.
 *
 * @param {string} definition go.mod
 */
function published(definition) {
  const release = KUBERNETES.replace(/^v1/, 'v0');
  const lines = definition.split('\n').map((line) => {
    const [before, folder] = line.split(' => ');
    return folder?.startsWith('./staging/')
      ? `${before} => ${before?.trim().replace(/^replace /, '')} ${release}`
      : line;
  });
  return lines.join('\n');
}
