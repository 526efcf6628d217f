import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { buildOnce, removeOthers } from './build-once.mjs';
import { buildFerretdb } from './ferretdb-build.mjs';
import { debianMirror, installTools, missingTools, onPath } from './host.mjs';
import { SERVER_PACKAGES, ferretdbRecipeHash, rootRecipeHash } from './recipe.mjs';
import { makeRootFileSystem } from './root-file-system.mjs';
import { detectSandbox } from './sandbox.mjs';

/**
 * @typedef {object} RuntimeOptions
 * @property {string} runtimeDir  where it is kept
 * @property {string} ferretdbDir the Go module of our FerretDB program
 * @property {NodeJS.ProcessEnv} env
 */

/** @param {RuntimeOptions} options */
function parts({ runtimeDir, ferretdbDir }) {
  const root = `rootfs-${rootRecipeHash()}`;
  const programs = `ferretdb-${ferretdbRecipeHash(ferretdbDir)}`;
  return { names: [root, programs], root: join(runtimeDir, root), programs: join(runtimeDir, programs) };
}

/**
 * The private runtime if it is complete and can be run here; makes nothing.
 *
 * @param {RuntimeOptions} options
 * @returns {import('./sandbox.mjs').PrivateRuntime | undefined}
 */
export function findRuntime(options) {
  const { root, programs } = parts(options);
  if (!existsSync(root) || !existsSync(programs)) return undefined;
  const sandbox = detectSandbox(options.env);
  return 'mode' in sandbox ? { root, programs, mode: sandbox.mode } : undefined;
}

/**
 * Why the private runtime can't be made on this machine; `undefined` when it can (or is there already).
 *
 * @param {RuntimeOptions} options
 * @returns {string | undefined}
 */
export function whyNoRuntime(options) {
  if (findRuntime(options)) return undefined;
  if (process.platform !== 'linux') return 'it needs Linux';
  if (!onPath('apt-get', options.env)) return 'it needs a Debian-based system (there is no apt-get)';
  const missing = missingTools(options.env);
  const isRoot = process.getuid?.() === 0;
  if (missing.length > 0 && !isRoot) {
    return `it needs:  sudo sh -c 'apt-get update && apt-get install -y ${missing.join(' ')}'`;
  }
  // A fresh machine may have no package lists yet; root will get them.
  if (debianMirror(options.env) === undefined && !isRoot) {
    return 'the apt configuration names no Debian archive, or its lists are empty (apt-get update; or set MILLRACE_DEBIAN_MIRROR)';
  }
  if (missing.includes('bubblewrap')) return undefined;
  const sandbox = detectSandbox(options.env);
  return 'problem' in sandbox ? sandbox.problem : undefined;
}

/**
 * The private runtime, made if need be: about a minute and 650 MB of disk, once.
 *
 * @param {RuntimeOptions & { cacheDir: string, progress: import('../progress.mjs').Progress }} options
 * @returns {Promise<import('./sandbox.mjs').PrivateRuntime>}
 * @throws {Failure} naming what is missing
 */
export async function ensureRuntime(options) {
  const found = findRuntime(options);
  if (found) return found;
  const { progress, env } = options;
  await progress.track('system packages', (say) => installTools(env, say));
  const sandbox = detectSandbox(env);
  if ('problem' in sandbox) throw new Failure(`The private runtime can't run here: ${sandbox.problem}.`);
  const { root, programs, names } = parts(options);
  // Both, side by side; the failure of one must not leave the other running unseen.
  const results = await Promise.allSettled([
    progress.track('server programs', (say) =>
      buildOnce(root, { say, build: (folder) => makeRootFileSystem(folder, { packages: SERVER_PACKAGES, env, say }) }),
    ),
    progress.track('FerretDB', (say) =>
      buildOnce(programs, {
        say,
        build: (folder) =>
          buildFerretdb(folder, {
            sourceDir: options.ferretdbDir,
            cacheDir: options.cacheDir,
            mode: sandbox.mode,
            env,
            say,
          }),
      }),
    ),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  removeOthers(options.runtimeDir, names);
  return { root, programs, mode: sandbox.mode };
}
