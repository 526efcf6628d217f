import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Failure } from '../failure.mjs';
import { parseJson } from '../json-file.mjs';
import { bareEnvironment } from '../processes/environment.mjs';
import { moreTimeThan, READY_WITHIN_MS } from './ready-within.mjs';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'describe-services.mjs');

/**
 * What the manifest of a service says (`apps/<name>/src/manifest.ts`), as far as it is needed to start it.
 *
 * @typedef {object} ServiceDescription
 * @property {string} name
 * @property {{ name: string }[]} settings   those of its `config.ts`
 * @property {string[]} environmentPrefixes  how variables begin that it gets from the user beside its settings
 * @property {number} heapMb                 the most its JavaScript heap may take, in MB: beyond that it ends and is started again
 * @property {'cpu' | 'backlog'} scalesBy    what says that it needs more replicas; with `backlog` it takes its work from a queue
 *
 * What the built services say of themselves, so that no second list has to be kept.
 *
 * @typedef {object} ServiceDescriptions
 * @property {ServiceDescription[]} services
 * @property {Omit<import('../servers/nats.mjs').NatsUser, 'password'>[]} natsUsers as in `packages/messaging/src/service-access.ts`
 */

/**
 * All services of the platform: the folders of `apps/` that have a manifest.
 *
 * @param {string} repoRoot
 * @returns {string[]} their names, in order
 */
export function serviceNames(repoRoot) {
  const apps = join(repoRoot, 'apps');
  return readdirSync(apps)
    .filter((name) => existsSync(join(apps, name, 'src', 'manifest.ts')))
    .sort();
}

/**
 * @param {string} repoRoot
 * @param {string} name
 * @returns {string} the program of a service
 */
export function entryOf(repoRoot, name) {
  return join(repoRoot, 'apps', name, 'dist', 'program', 'main.js');
}

/**
 * @param {string} repoRoot
 * @param {string} name
 * @returns {string} the program of a service as it is built file by file, of which a single one can be compiled anew
 */
export function builtEntryOf(repoRoot, name) {
  return join(repoRoot, 'apps', name, 'dist', 'main.js');
}

/**
 * @param {string} repoRoot
 * @param {number} [withinMs] the time that all of them have
 * @returns {Promise<ServiceDescriptions>}
 * @throws {Failure} when one is not built, or they take longer
 */
export async function describeServices(repoRoot, withinMs = READY_WITHIN_MS) {
  const names = serviceNames(repoRoot);
  for (const name of names) {
    const entry = entryOf(repoRoot, name);
    if (!existsSync(entry))
      throw new Failure(`The service ${name} is not built: there is no ${entry}.`, 'Run:  npm run build');
  }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, repoRoot, ...names], {
      env: bareEnvironment(),
      timeout: withinMs,
    });
    return /** @type {ServiceDescriptions} */ (parseJson(stdout));
  } catch (error) {
    const { stderr, message, killed } = /** @type {Error & { stderr?: string, killed?: boolean }} */ (error);
    if (killed) {
      throw new Failure(
        `The built services did not say their settings within ${withinMs / 1_000} s.`,
        moreTimeThan(withinMs),
      );
    }
    throw new Failure('The built services could not be asked for their settings.', stderr || message);
  }
}
