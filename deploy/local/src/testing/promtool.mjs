import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../runtime/build-once.mjs';
import { onPath, runStep } from '../runtime/host.mjs';

/** Debian's package of Prometheus; nothing of it is installed. */
const PACKAGE = 'prometheus';

/**
 * Whether there is a `promtool`, or what its package is taken out of.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function isPromtoolWithinReach(env) {
  return onPath('promtool', env) || (onPath('apt-get', env) && onPath('dpkg-deb', env));
}

/**
 * The path of `promtool`, which checks and tests rules of Prometheus: the one on PATH, or what Debian's package has, taken out of it once.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string | null>} null where there is neither
 * @throws {import('../failure.mjs').Failure} when the package cannot be had
 */
export async function ensurePromtool({ runtimeDir, env }) {
  if (onPath('promtool', env)) return 'promtool';
  if (!isPromtoolWithinReach(env)) return null;
  const folder = join(runtimeDir, 'promtool');
  if (!existsSync(folder)) await buildOnce(folder, { say: () => {}, build: (part) => unpack(part, env) });
  return join(folder, 'usr', 'bin', 'promtool');
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function unpack(folder, env) {
  const isRoot = process.getuid?.() === 0;
  const download = `apt-get download ${PACKAGE}`;
  // Lists that are missing or old name packages that are not there.
  const command = isRoot ? `${download} || { apt-get update && ${download}; }` : download;
  await runStep(['sh', '-c', command], {
    what: 'Downloading promtool',
    env,
    cwd: folder,
    cure: 'Put promtool on PATH; it comes with Prometheus.',
  });
  const file = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  await runStep(['sh', '-c', `dpkg-deb --extract '${file}' . && rm '${file}'`], {
    what: 'Unpacking promtool',
    env,
    cwd: folder,
  });
}
