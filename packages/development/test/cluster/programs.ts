import { join } from 'node:path';
import { ensureControlPlane } from '@millrace/local/control-plane';
import { kubernetesTools, type KubernetesTools } from '../kubernetes/kubernetes-tools.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import type { ClusterPrograms } from './control-plane.js';

/** Building a control plane from its sources, on two busy cores. */
export const BUILD_MS = 90 * 60_000;

/** Makes all programs ready; the first time it takes half an hour. */
export async function clusterPrograms(env: NodeJS.ProcessEnv): Promise<ClusterPrograms & { tools: KubernetesTools }> {
  const runtimeDir = env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');
  const say = (text: string) => process.stderr.write(`cluster: ${text}\n`);
  const tools = await kubernetesTools(env);
  return { controlPlane: await ensureControlPlane({ runtimeDir, env, say }), kubectl: tools.kubectl, tools };
}
