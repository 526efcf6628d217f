import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describeFailure } from '@millrace/local/failure';
import { ensureKubeScore, isKubeScoreWithinReach } from '@millrace/local/kube-score';
import { ensureKubernetesTools, type KubernetesTools } from '@millrace/local/kubernetes-tools';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { REPOSITORY } from './repository.js';

export type { KubernetesTools };

/** Makes them ready; the first time it takes some seconds. Rejects with what is missing on this machine, and how to get it. */
export async function kubernetesTools(env: NodeJS.ProcessEnv): Promise<KubernetesTools> {
  return orItsCure(ensureKubernetesTools({ repoRoot: REPOSITORY, runtimeDir: runtimeOf(env), env }));
}

/** Whether kube-score has been built here, or can be. */
export function hasKubeScore(env: NodeJS.ProcessEnv): boolean {
  return isKubeScoreWithinReach({ runtimeDir: runtimeOf(env), env });
}

/** The path of kube-score; the first time it is built. Rejects with what is missing on this machine. */
export async function kubeScore(env: NodeJS.ProcessEnv): Promise<string> {
  const say = (text: string) => process.stderr.write(`kube-score: ${text}\n`);
  return orItsCure(ensureKubeScore({ runtimeDir: runtimeOf(env), env, say }));
}

const runtimeOf = (env: NodeJS.ProcessEnv): string =>
  env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');

/** What is missing as Jest shows it: with what would help. */
async function orItsCure<Program>(made: Promise<Program>): Promise<Program> {
  try {
    return await made;
  } catch (error) {
    throw new Error(describeFailure(error), { cause: error });
  }
}

/** The objects that an overlay comes to. Throws when kubectl refuses it. */
export function rendered({ kubectl }: KubernetesTools, overlay: string): KubernetesObject[] {
  return objectsIn(execFileSync(kubectl, ['kustomize', overlay], QUIET));
}

/** What a command of Helm prints. Throws, with what it says, when it refuses. */
export function helm({ helm: program }: KubernetesTools, ...args: readonly string[]): string {
  // Nothing of the user's own: repositories, plug-ins, the cluster of their kubeconfig.
  return execFileSync(program, args, { ...QUIET, env: { HOME: join(homedir(), 'nowhere'), KUBECONFIG: '/dev/null' } });
}

/** The objects in a text of several YAML documents; empty ones are none. */
export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

const QUIET: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
