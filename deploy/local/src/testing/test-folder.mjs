import { Failure } from '../failure.mjs';
import { takeLock } from '../processes/lock-file.mjs';

/**
 * Takes the folder of the servers that tests share, and with it what is built in this clone, for one run: two would end each other's servers.
 *
 * @param {string} dir
 * @param {string} command what the run was started with
 * @returns {() => void} gives it back
 * @throws {Failure} when another run has it
 */
export function takeTestFolder(dir, command) {
  const lock = takeLock(`${dir}.lock`, command);
  if ('release' in lock) return lock.release;
  const { process: other, purpose } = lock.holder;
  throw new Failure(
    `Process ${other.pid} ("${purpose}") uses ${dir}, and two runs of tests in one clone would end each other.`,
    `Wait for it, or end it with "kill ${other.pid}". Two runs side by side need two clones.`,
  );
}
