import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { buildPrograms, downloadModule, goEnvironment, requireGo } from './go-module.mjs';

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
export async function ensureKubeScore({ runtimeDir, env: users, say }) {
  const recipe = createHash('sha256').update(JSON.stringify([KUBE_SCORE, PROGRAMS]));
  const name = `kube-score-${recipe.digest('hex').slice(0, 12)}`;
  const folder = join(runtimeDir, name);
  if (!existsSync(folder)) {
    requireGo(users, 'kube-score');
    const env = goEnvironment(users);
    await buildOnce(folder, {
      say,
      build: async (part) => {
        const source = await downloadModule(KUBE_SCORE, { folder: part, env });
        const definition = readFileSync(join(source, 'go.mod'), 'utf8');
        await buildPrograms({ folder: part, source, definition, programs: PROGRAMS, linkFlags: '-s -w', env, say });
      },
    });
    removeOthers(runtimeDir, [name], 'kubeScore');
  }
  return join(folder, 'bin', 'kube-score');
}
