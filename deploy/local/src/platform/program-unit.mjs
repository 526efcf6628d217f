import { join } from 'node:path';
import { bareEnvironment } from '../processes/environment.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { startService } from './service.mjs';

/**
 * A program of packages/stand-ins. It says on /health/ready that it is ready.
 *
 * @typedef {object} Program
 * @property {string} name that of its folder
 * @property {string[]} arguments
 * @property {number} heapMb
 * @property {number} webPort
 *
 * @typedef {{ repoRoot: string, paths: import('../paths.mjs').HomePaths }} Surroundings
 */

/**
 * Such a program, ready to be supervised.
 *
 * @param {Program} program
 * @param {Surroundings} surroundings
 * @returns {import('../processes/supervisor.mjs').Unit}
 */
export function programUnit({ webPort, ...program }, { repoRoot, paths }) {
  const logFile = join(paths.logs, `${program.name}.log`);
  const healthUrl = `http://127.0.0.1:${webPort}`;
  const entry = join(repoRoot, 'packages', 'stand-ins', 'dist', program.name, 'server.js');
  return {
    name: program.name,
    start: (/** @type {AbortSignal} */ stopAsked) => {
      rotateLog(logFile);
      return startService({ ...program, entry, cwd: repoRoot, logFile, healthUrl, env: bareEnvironment() }, stopAsked);
    },
  };
}
