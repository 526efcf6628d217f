import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FOLDERS, manifestOf, unpack } from '../backup/archive.mjs';
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
  mkdirSync(paths.home, { recursive: true });
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
    for (const folder of [fresh, former]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { mode: 0o700 });
    }
    await unpack(archive, fresh);
    for (const name of FOLDERS) {
      if (existsSync(join(paths.home, name))) renameSync(join(paths.home, name), join(former, name));
      renameSync(join(fresh, name), join(paths.home, name));
    }
    process.stdout.write(`${paths.home} is as it was at ${madeAt}. Start it:  npm start\n`);
  } finally {
    for (const folder of [fresh, former]) rmSync(folder, { recursive: true, force: true });
    home.release();
  }
}
