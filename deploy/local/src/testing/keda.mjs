import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { KEDA } from './control-plane.mjs';
import { buildPrograms, downloadModule, goEnvironment, requireGo } from './go-module.mjs';

/** What scales, and what serves its figures to Kubernetes' own scaler. */
const PROGRAMS = { 'keda-operator': './cmd/operator', 'keda-adapter': './cmd/adapter' };

const DEFINITIONS = 'config/crd/bases';

/**
 * KEDA's programs: built from their sources once, which takes about ten minutes.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<string>} a folder with `bin` and `custom-resources`, which are all of KEDA's
 * @throws {import('../failure.mjs').Failure} when they cannot be built
 */
export async function ensureKeda({ runtimeDir, env: users, say }) {
  const recipe = createHash('sha256').update(JSON.stringify([KEDA, PROGRAMS]));
  const name = `keda-${recipe.digest('hex').slice(0, 12)}`;
  const folder = join(runtimeDir, name);
  if (existsSync(folder)) return folder;
  requireGo(users, 'KEDA');
  const env = goEnvironment(users);
  await buildOnce(folder, {
    say,
    build: async (part) => {
      const source = await downloadModule(KEDA, { folder: part, env });
      const definition = readFileSync(join(source, 'go.mod'), 'utf8');
      mkdirSync(join(part, 'custom-resources'));
      for (const file of readdirSync(join(source, DEFINITIONS)))
        copyFileSync(join(source, DEFINITIONS, file), join(part, 'custom-resources', file));
      await buildPrograms({ folder: part, source, definition, programs: PROGRAMS, linkFlags: '-s -w', env, say });
    },
  });
  removeOthers(runtimeDir, [name], 'keda');
  return folder;
}
