import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { sep } from 'node:path';
import { Failure } from '../failure.mjs';

/**
 * Removes a folder of ours with all that is in it, if it is there. What is mounted in it is unmounted before: a root file system that was cut off while it was made has
 * `/proc`, `/sys` and `/dev/shm` of this machine in it, and removing its files would remove theirs.
 *
 * @param {string} folder absolute
 * @throws {Failure} when something is still mounted in it; nothing is removed then
 */
export function removeTree(folder) {
  if (!existsSync(folder)) return;
  const root = realpathSync(folder);
  // The innermost first.
  for (const path of mountedIn(root).reverse()) spawnSync('umount', [path]);
  const left = mountedIn(root);
  if (left.length > 0) {
    const cure = `Unmount it, and start again:\n${left
      .reverse()
      .map((path) => `  umount '${path}'`)
      .join('\n')}`;
    throw new Failure(`${folder} cannot be removed: something is mounted in it.`, cure);
  }
  rmSync(root, { recursive: true, force: true });
}

/**
 * Where something is mounted in a folder, in the order in which that was done.
 *
 * @param {string} root without symbolic links
 * @returns {string[]}
 */
export function mountedIn(root) {
  const mountPoints = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, /** @type {string} */ digits) => String.fromCharCode(parseInt(digits, 8))),
    );
  return mountPoints.filter((path) => path === root || path.startsWith(root + sep));
}
