import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { homeId, homePaths, resolveHome } from '../paths.mjs';
import { currentOwner } from '../platform/ownership.mjs';
import { dockerAnswers } from '../servers/discovery.mjs';
import { removeFromDocker, serversFile } from '../servers/docker.mjs';

/**
 * Removes all data of this home. The runtime, caches, logs and the token stay.
 *
 * @param {import('./start.mjs').CommandContext & { yes: boolean }} context
 * @returns {Promise<number>} exit code
 */
export async function resetCommand({ repoRoot, env, yes }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const owner = currentOwner(paths);
  if (owner) {
    process.stderr.write(`Millrace is running (pid ${owner.supervisor.pid}). Stop it first:  npm run down\n`);
    return 1;
  }
  if (!existsSync(paths.data)) {
    process.stdout.write(`There is no data in ${paths.home}.\n`);
    return 0;
  }
  if (!yes && !(await confirmed(paths.data))) {
    process.stderr.write('Nothing was removed. Without a terminal:  npm run reset -- --yes\n');
    return 1;
  }
  rmSync(paths.data, { recursive: true, force: true });
  if (dockerAnswers(env))
    removeFromDocker({ composeFile: serversFile(repoRoot), project: `millrace-${homeId(paths.home)}` });
  process.stdout.write(`Removed ${paths.data}.\n`);
  return 0;
}

/** @param {string} folder */
async function confirmed(folder) {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Remove all workflows, executions and messages in ${folder}? Type "yes": `);
  terminal.close();
  return answer.trim() === 'yes';
}
