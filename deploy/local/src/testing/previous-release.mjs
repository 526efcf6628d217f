import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { runStep } from '../runtime/host.mjs';
import { pnpmCommand, toolEnv } from '../setup/workspace.mjs';

/** What stands for the previous release until there is a tag: a build that others worked with. */
export const WITHOUT_TAG = 'bf4681c1f1f74a9e3691553e7f710f234af4bd72';

/** @typedef {{ name: string, folder: string }} Release a release that is built, in a folder of its own */

/**
 * The release before this one, built from the repository's history, once: the newest tag `vX.Y.Z` behind what is checked out, or what
 * `MILLRACE_UPGRADE_FROM` names.
 *
 * @param {{ repoRoot: string, runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<Release>}
 * @throws {Failure} when the repository does not have it, or it cannot be built
 */
export async function ensurePreviousRelease({ repoRoot, runtimeDir, env, say }) {
  const name = env.MILLRACE_UPGRADE_FROM ?? previousTag(repoRoot) ?? WITHOUT_TAG;
  const commit = git(repoRoot, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  if (commit === undefined)
    throw new Failure(
      `The repository does not have ${name}.`,
      'In a clone without its history:  git fetch --unshallow',
    );
  const folderName = `release-${commit.slice(0, 12)}`;
  const folder = join(runtimeDir, folderName);
  if (!existsSync(folder)) {
    await buildOnce(folder, {
      say,
      build: async (part) => {
        say(`building ${name}`);
        const take = `git -C '${repoRoot}' archive ${commit} | tar -x -C '${part}'`;
        await runStep(['sh', '-c', take], { what: `Copying ${name}`, env });
        const build = ['exec', 'turbo', 'run', 'build', '--filter=./apps/*', '--output-logs=errors-only'];
        for (const args of [['install', '--frozen-lockfile', '--prefer-offline'], build])
          await runStep([...pnpmCommand(part), ...args], { what: `Building ${name}`, cwd: part, env: toolEnv(env) });
      },
    });
    removeOthers(runtimeDir, [folderName], 'releases');
  }
  return { name, folder };
}

/**
 * The release before what is checked out, which may be a release itself.
 *
 * @param {string} repoRoot
 * @returns {string | undefined} its tag, if there is any
 */
export function previousTag(repoRoot) {
  return git(repoRoot, 'describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^');
}

/**
 * @param {string} repoRoot
 * @param {string[]} args
 * @returns {string | undefined} what it prints; undefined when it fails
 */
function git(repoRoot, ...args) {
  const { status, stdout } = spawnSync('git', ['-C', repoRoot, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
