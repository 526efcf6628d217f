import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { parseJson } from '../json-file.mjs';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { onPath, runStep } from '../runtime/host.mjs';

const KUBERNETES = 'v1.37.2';

/**
 * Modules of Go that the programs are built of, and the definitions of custom resources taken, with the sums of their content. What they need
 * themselves is pinned by the sums in them; the parts of Kubernetes that are modules of their own, by Go's database of sums.
 *
 * @type {Record<'kubernetes' | 'keda' | 'gatewayApi' | 'externalSecrets', { module: string, version: string, sum: string }>}
 */
const MODULES = {
  kubernetes: {
    module: 'k8s.io/kubernetes',
    version: KUBERNETES,
    sum: 'h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE=',
  },
  keda: {
    module: 'github.com/kedacore/keda/v2',
    version: 'v2.21.0',
    sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
  },
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
 * @throws {Failure} when they cannot be built
 */
export async function ensureControlPlane({ runtimeDir, env, say }) {
  const recipe = createHash('sha256').update(JSON.stringify([MODULES, CUSTOM_RESOURCES, PROGRAMS]));
  const name = `control-plane-${recipe.digest('hex').slice(0, 12)}`;
  const folder = join(runtimeDir, name);
  if (!existsSync(folder)) {
    if (!onPath('go', env)) throw new Failure('Building a control plane of Kubernetes needs Go 1.26 or later.');
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
  const env = { ...users, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' };
  say('downloading the sources');
  const sources = await download(folder, env);
  for (const name of ['bin', 'custom-resources', 'module']) mkdirSync(join(folder, name));
  for (const [module, file] of Object.entries(CUSTOM_RESOURCES)) {
    const source = sources[/** @type {keyof typeof CUSTOM_RESOURCES} */ (module)];
    copyFileSync(join(source, file), join(folder, 'custom-resources', file.replace(/^.*\//, '')));
  }
  const definition = join(folder, 'module', 'go.mod');
  writeFileSync(definition, published(readFileSync(join(sources.kubernetes, 'go.mod'), 'utf8')));
  copyFileSync(join(sources.kubernetes, 'go.sum'), join(folder, 'module', 'go.sum'));
  const version = Object.entries({ gitVersion: KUBERNETES, gitMajor: '1', gitMinor: '37' });
  const flags = ['-s -w', ...version.map(([name, text]) => `-X k8s.io/component-base/version.${name}=${text}`)];
  for (const [program, source] of Object.entries(PROGRAMS)) {
    say(`building ${program}`);
    const options = ['-mod=mod', `-modfile=${definition}`, '-trimpath', '-ldflags', flags.join(' ')];
    await runStep(['go', 'build', '-C', sources.kubernetes, ...options, '-o', join(folder, 'bin', program), source], {
      what: `Building ${program}`,
      env,
    });
  }
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Record<keyof typeof MODULES, string>>} where the sources are
 */
async function download(folder, env) {
  /** @type {[string, string][]} */
  const found = [];
  for (const [name, { module, version, sum }] of Object.entries(MODULES)) {
    const lines = await runStep(['go', 'mod', 'download', '-json', `${module}@${version}`], {
      what: `Downloading ${module}`,
      cwd: folder,
      env,
    });
    const text = lines.slice(lines.indexOf('{')).join('\n');
    const { Dir: dir, Sum: has } = /** @type {{ Dir: string, Sum: string }} */ (parseJson(text));
    if (has !== sum) throw new Failure(`${module} ${version} is not the module that it was (${has}).`);
    found.push([name, dir]);
  }
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
