import { rmSync, writeFileSync } from 'node:fs';
import { Failure } from '../failure.mjs';
import { readJson, writeJson } from '../json-file.mjs';
import { identityOf, isRunning } from '../processes/identity.mjs';

/**
 * Who runs a home, on disk while it does.
 *
 * @typedef {object} Owner
 * @property {import('../processes/identity.mjs').ProcessIdentity} supervisor
 * @property {'starting' | 'up' | 'stopping'} state
 * @property {import('../processes/identity.mjs').ProcessIdentity[]} children processes it started, for the case that they outlive it
 */

/**
 * Who runs this home now; `undefined` if nobody does, also when a file was left over by a power loss.
 *
 * @param {import('../paths.mjs').HomePaths} paths
 * @returns {Owner | undefined}
 */
export function currentOwner(paths) {
  const owner = /** @type {Owner | undefined} */ (readJson(paths.supervisorFile));
  return owner && isRunning(owner.supervisor) ? owner : undefined;
}

/**
 * Takes the home for this process. What a supervisor that was killed left behind is ended and removed.
 *
 * @param {import('../paths.mjs').HomePaths} paths
 * @throws {Failure} when somebody else has it
 * @returns {{ update: (state: Owner['state'], pids: number[]) => void, release: () => void }}
 */
export function takeHome(paths) {
  const left = /** @type {Owner | undefined} */ (readJson(paths.supervisorFile));
  const taken = new Failure(
    `Another process is starting or running Millrace in ${paths.home}.`,
    'npm run status says more.',
  );
  if (isRunning(left?.supervisor)) throw taken;
  for (const child of left?.children ?? []) if (isRunning(child)) process.kill(child.pid, 'SIGKILL');
  rmSync(paths.endpointsFile, { force: true });
  rmSync(paths.supervisorFile, { force: true });
  const supervisor = identityOf(process.pid);
  try {
    // Of two that start at the same moment exactly one may create the file.
    writeFileSync(paths.supervisorFile, JSON.stringify({ supervisor, state: 'starting', children: [] }), {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    throw /** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST' ? taken : error;
  }
  /** @param {Owner['state']} state @param {number[]} pids */
  const update = (state, pids) => {
    const children = pids.map((pid) => identityOf(pid)).filter((each) => each !== undefined);
    writeJson(paths.supervisorFile, { supervisor, state, children });
  };
  return {
    update,
    release() {
      rmSync(paths.endpointsFile, { force: true });
      rmSync(paths.supervisorFile, { force: true });
    },
  };
}
