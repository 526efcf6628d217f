import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { OWN_ENVIRONMENT } from '../processes/environment.mjs';
import { addressOf, mongoAnswers, natsAnswers, redisAnswers } from './probe.mjs';
import { waitUntil } from '../wait-until.mjs';

const PROTOCOLS = {
  nats: { scheme: 'nats', answers: natsAnswers },
  redis: { scheme: 'redis', answers: redisAnswers },
  mongodb: { scheme: 'mongodb', answers: mongoAnswers },
};

/**
 * The file of the servers alone; `deploy/compose.yaml` beside it is the whole platform.
 *
 * @param {string} repoRoot
 */
export const serversFile = (repoRoot) => join(repoRoot, 'deploy', 'servers.compose.yaml');

/**
 * Starts one service of `serversFile`, published on a loopback port. Its data is in a volume of the Docker engine.
 *
 * @param {{ name: import('./discovery.mjs').ServerName, composeFile: string, project: string, port: number }} options
 * @returns {Promise<import('../processes/supervisor.mjs').Running & { url: string }>} `pid` is 0: Docker restarts it, not we
 */
export async function startInDocker({ name, composeFile, project, port }) {
  const compose = (/** @type {string[]} */ ...args) =>
    spawnSync('docker', ['compose', '--file', composeFile, '--project-name', project, ...args], {
      encoding: 'utf8',
      env: { ...OWN_ENVIRONMENT, [`MILLRACE_${name.toUpperCase()}_PORT`]: String(port) },
    });
  const { scheme, answers } = PROTOCOLS[name];
  const url = `${scheme}://127.0.0.1:${port}${name === 'mongodb' ? '/?directConnection=true' : ''}`;
  const up = compose('up', '--detach', '--no-deps', name);
  if (up.status !== 0) throw new Failure(`Docker Compose could not start ${name}.`, `${up.stdout}${up.stderr}`.trim());
  if (!(await waitUntil(() => answers(url), { timeoutMs: 120_000, everyMs: 200 }))) {
    throw new Failure(
      `${name} in Docker does not respond on port ${addressOf(url, port).port}.`,
      compose('logs', '--tail', '15', name).stdout,
    );
  }
  const stop = async () => void compose('stop', name);
  return { url, pid: 0, ended: new Promise(() => {}), stop, kill: async () => void compose('kill', name) };
}

/**
 * Removes the containers and volumes of a project.
 *
 * @param {{ composeFile: string, project: string }} options
 */
export function removeFromDocker({ composeFile, project }) {
  spawnSync('docker', ['compose', '--file', composeFile, '--project-name', project, 'down', '--volumes'], {
    stdio: 'ignore',
  });
}
