import { homePaths, resolveHome } from '../paths.mjs';
import { addMasterKey } from '../platform/secrets.mjs';

/**
 * Makes a new master key the current one. The services that run find it by themselves: `definitions` wraps all secrets by it,
 * the others read it when they meet it.
 *
 * @param {{ repoRoot: string, env: NodeJS.ProcessEnv }} context
 * @returns {number} exit code
 */
export function rotateMasterKeyCommand({ repoRoot, env }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const id = addMasterKey(paths.secrets);
  process.stdout.write(
    `The master key ${id} is the current one now, in front of the former ones in ${paths.secrets}/master-keys.\n` +
      'Running services take it up within seconds. Keep the former keys: docs/secrets.md says for how long.\n',
  );
  return 0;
}
