import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KEDA } from './control-plane.mjs';
import { ensurePrograms } from './go-module.mjs';

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
export function ensureKeda(options) {
  const made = { what: 'KEDA', name: 'keda', wanted: KEDA, programs: PROGRAMS, also: copyDefinitions };
  return ensurePrograms({ ...made, of: 'keda' }, options);
}

/**
 * @param {string} folder
 * @param {string} source
 */
function copyDefinitions(folder, source) {
  mkdirSync(join(folder, 'custom-resources'));
  for (const file of readdirSync(join(source, DEFINITIONS)))
    copyFileSync(join(source, DEFINITIONS, file), join(folder, 'custom-resources', file));
}
