import { join } from 'node:path';
import { ensureControlPlane } from '@millrace/local/control-plane';
import { ensureKeda } from '@millrace/local/keda';
import { kubernetesTools, type KubernetesTools } from '../kubernetes/kubernetes-tools.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import type { ClusterPrograms } from './control-plane.js';

/** Building a control plane from its sources, on two busy cores. */
export const BUILD_MS = 90 * 60_000;

/** Makes all programs ready; the first time it takes half an hour. */
export async function clusterPrograms(env: NodeJS.ProcessEnv): Promise<ClusterPrograms & { tools: KubernetesTools }> {
  const tools = await kubernetesTools(env);
  return { controlPlane: await ensureControlPlane(surroundings(env)), kubectl: tools.kubectl, tools };
}

/** The folder of KEDA's programs; the first time it takes some minutes. */
export function kedaPrograms(env: NodeJS.ProcessEnv): Promise<string> {
  return ensureKeda(surroundings(env));
}

function surroundings(env: NodeJS.ProcessEnv): Parameters<typeof ensureKeda>[0] {
  const runtimeDir = env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');
  return { runtimeDir, env, say: (text) => process.stderr.write(`cluster: ${text}\n`) };
}
