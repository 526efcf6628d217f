import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FOLDERS, MANIFEST, newManifest, pack } from '../backup/archive.mjs';
import { Failure } from '../failure.mjs';
import { moveToNewName, syncPath, writeJson } from '../json-file.mjs';
import { homePaths, resolveHome } from '../paths.mjs';
import { takeHome } from '../platform/ownership.mjs';

/**
 * `npm run backup -- FILE`: everything of this home that cannot be made anew, in one file: data of the servers, keys and tokens. The platform is down
 * meanwhile, so that the servers agree with each other.
 *
 * @param {import('./start.mjs').CommandContext & { file: string }} context
 */
export async function backupCommand({ repoRoot, env, file }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const archive = resolve(file);
  requireData(paths);
  makeFolderOf(archive);
  refuseTaken(archive);
  const home = takeHome(paths);
  const draft = `${archive}.${randomUUID()}.part`;
  const manifest = join(paths.home, MANIFEST);
  try {
    writeJson(manifest, newManifest());
    // For its owner alone from the first byte on, and in no file that somebody has put there: it has the master keys.
    const file = openSync(draft, 'wx', 0o600);
    try {
      await pack(file, paths.home, [MANIFEST, ...FOLDERS]);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    moveToNewName(draft, archive);
    syncPath(dirname(archive));
  } finally {
    rmSync(draft, { force: true });
    rmSync(manifest, { force: true });
    home.release();
  }
  const megabytes = Math.ceil(statSync(archive).size / 1e6);
  process.stdout.write(`${archive}: ${megabytes} MB. It has the master keys and tokens: keep it as you keep these.\n`);
}

/**
 * A link that leads nowhere has the name too.
 *
 * @param {string} archive
 */
function refuseTaken(archive) {
  if (lstatSync(archive, { throwIfNoEntry: false }) !== undefined)
    throw new Failure(`There is a file ${archive} already.`, 'Name another one, or remove it.');
}

/**
 * For its owner alone too, where it is not there yet.
 *
 * @param {string} archive
 */
function makeFolderOf(archive) {
  const folder = dirname(archive);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Failure(
      `The folder ${folder} cannot be made: ${/** @type {Error} */ (error).message}`,
      'Name a file in another one.',
    );
  }
}

/** @param {import('../paths.mjs').HomePaths} paths */
function requireData({ home, natsData, redisData, mongodbData, secrets }) {
  const missing = [natsData, redisData, mongodbData, secrets].filter((folder) => !existsSync(folder));
  if (missing.length > 0)
    throw new Failure(
      `${home} has not all that a backup needs: ${missing.join(', ')} is missing.`,
      'Servers that run elsewhere or in Docker are backed up by their own means (docs/operate.md).',
    );
}
