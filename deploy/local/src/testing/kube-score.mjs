import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from '../runtime/host.mjs';
import { ensurePrograms, programsFolder } from './go-module.mjs';

/** @type {import('./go-module.mjs').GoModule} */
const KUBE_SCORE = {
  module: 'github.com/zegl/kube-score',
  version: 'v1.20.0',
  sum: 'h1:J1VqK86SunV4Gg8emPTmwUVxe0rmXnAs5K9ZUbGMKR8=',
};
const PROGRAMS = { 'kube-score': './cmd/kube-score' };
const MADE = { what: 'kube-score', name: 'kube-score', wanted: KUBE_SCORE, programs: PROGRAMS };

/**
 * Whether it has been built here, or there is Go to build it with.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv }} options
 */
export function isKubeScoreWithinReach({ runtimeDir, env }) {
  return existsSync(programsFolder(MADE, runtimeDir)) || onPath('go', env);
}

/**
 * The path of `kube-score`, which knows what objects of Kubernetes should not be like: built from its sources once, which takes up to two minutes.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<string>}
 * @throws {import('../failure.mjs').Failure} when it cannot be built
 */
export async function ensureKubeScore(options) {
  return join(await ensurePrograms({ ...MADE, of: 'kubeScore' }, options), 'bin', 'kube-score');
}
