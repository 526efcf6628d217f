import { join } from 'node:path';
import { ensurePrograms } from './go-module.mjs';

/** @type {import('./go-module.mjs').GoModule} */
const KUBE_SCORE = {
  module: 'github.com/zegl/kube-score',
  version: 'v1.20.0',
  sum: 'h1:J1VqK86SunV4Gg8emPTmwUVxe0rmXnAs5K9ZUbGMKR8=',
};
const PROGRAMS = { 'kube-score': './cmd/kube-score' };

/**
 * The path of `kube-score`, which knows what objects of Kubernetes should not be like: built from its sources once, which takes up to two minutes.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<string>}
 * @throws {import('../failure.mjs').Failure} when it cannot be built
 */
export async function ensureKubeScore(options) {
  const made = { what: 'kube-score', name: 'kube-score', wanted: KUBE_SCORE, programs: PROGRAMS };
  return join(await ensurePrograms({ ...made, of: 'kubeScore' }, options), 'bin', 'kube-score');
}
