import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FOLDERS, manifestOf, unpack } from '../backup/archive.mjs';
import { checkTree, keepPrivate } from '../backup/restored-tree.mjs';
import { Failure } from '../failure.mjs';
import { homePaths, resolveHome } from '../paths.mjs';
import { takeHome } from '../platform/ownership.mjs';

/**
 * `npm run restore -- FILE [--replace]`: puts back what `npm run backup` has written. What is there is replaced only with `--replace`, and only when the
 * whole archive was read.
 *
 * @param {import('./start.mjs').CommandContext & { file: string, replace: boolean }} context
 */
export async function restoreCommand({ repoRoot, env, file, replace }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const archive = resolve(file);
  if (!existsSync(archive)) throw new Failure(`There is no file ${archive}.`);
  mkdirSync(paths.home, { recursive: true, mode: 0o700 });
  const home = takeHome(paths);
  const fresh = join(paths.home, 'restoring');
  const former = join(paths.home, 'replaced');
  try {
    const { made_at: madeAt } = await manifestOf(archive);
    if (existsSync(paths.data) && !replace)
      throw new Failure(
        `There is data in ${paths.data}.`,
        'npm run restore -- FILE --replace removes it, npm run backup keeps it in a file.',
      );
    if (existsSync(former))
      throw new Failure(
        `${former} has what a restore that was cut off has replaced.`,
        'Move it back to where it was, or remove it.',
      );
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { mode: 0o700 });
    await unpack(archive, fresh);
    checkTree(fresh, archive);
    const missing = FOLDERS.filter((name) => !existsSync(join(fresh, name)));
    if (missing.length > 0) throw new Failure(`${archive} is not whole: it has no ${missing.join(' and no ')}.`);
    keepPrivate(fresh, FOLDERS);
    exchange(paths.home, fresh, former);
    process.stdout.write(`${paths.home} is as it was at ${madeAt}. Start it:  npm start\n`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    home.release();
  }
}

/**
 * Puts the fresh folders in the places of those that are there; all of them, or none.
 *
 * @param {string} home
 * @param {string} fresh
 * @param {string} former
 * @throws {Failure} when they cannot be moved
 */
function exchange(home, fresh, former) {
  mkdirSync(former, { mode: 0o700 });
  /** @type {(() => void)[]} */
  const undo = [];
  /** @param {string} from @param {string} to */
  const move = (from, to) => {
    renameSync(from, to);
    undo.unshift(() => renameSync(to, from));
  };
  try {
    for (const name of FOLDERS) {
      if (existsSync(join(home, name))) move(join(home, name), join(former, name));
      move(join(fresh, name), join(home, name));
    }
  } catch (error) {
    for (const back of undo) back();
    rmSync(former, { recursive: true, force: true });
    throw new Failure(
      `What is restored cannot take its place in ${home}: ${error instanceof Error ? error.message : String(error)}.`,
      'All is as it was before. Try again when this can be done: a folder that is a disk of its own, say, has to be mounted.',
    );
  }
  rmSync(former, { recursive: true, force: true });
}
