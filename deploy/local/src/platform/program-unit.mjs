import { join } from 'node:path';
import { bareEnvironment } from '../processes/environment.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { startService } from './service.mjs';

/**
 * A program of this folder that stands in for somebody else's service. It says on /health/ready that it is ready.
 *
 * @typedef {object} Program
 * @property {string} name
 * @property {string} entry the JavaScript file to run
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
  return {
    name: program.name,
    start: (/** @type {AbortSignal} */ stopAsked) => {
      rotateLog(logFile);
      return startService({ ...program, cwd: repoRoot, logFile, healthUrl, env: bareEnvironment() }, stopAsked);
    },
  };
}
