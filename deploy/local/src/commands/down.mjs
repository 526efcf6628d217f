import { homePaths, resolveHome } from '../paths.mjs';
import { currentOwner } from '../platform/ownership.mjs';
import { isRunning } from '../processes/identity.mjs';
import { waitUntil } from '../wait-until.mjs';

/** Longer than the slowest orderly stop: services may finish work in flight, then servers close their files. */
const PATIENCE_MS = 90_000;

/**
 * Stops what `npm start` or `npm run up` started in this home; resolves when it is gone.
 *
 * @param {import('./start.mjs').CommandContext} context
 * @returns {Promise<number>} exit code; nothing to stop is no error
 */
export async function downCommand({ repoRoot, env }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const owner = currentOwner(paths);
  if (!owner) {
    process.stdout.write(`Millrace is not running (home ${paths.home}).\n`);
    return 0;
  }
  const { supervisor } = owner;
  process.kill(supervisor.pid, 'SIGTERM');
  if (await waitUntil(() => !isRunning(supervisor), { timeoutMs: PATIENCE_MS, everyMs: 50 })) {
    process.stdout.write('Stopped.\n');
    return 0;
  }
  // Its children die with it.
  process.kill(supervisor.pid, 'SIGKILL');
  process.stderr.write(`It did not stop within ${PATIENCE_MS / 1000} s and was killed (pid ${supervisor.pid}).\n`);
  return 1;
}
