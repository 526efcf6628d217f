import { spawn } from 'node:child_process';
import { Failure } from '../failure.mjs';
import { parseJson } from '../json-file.mjs';

/** The folders of a home that a backup has; everything else is made anew. */
export const FOLDERS = ['data', 'secrets'];
/** The file that says what an archive is: the first one in it. */
export const MANIFEST = 'backup.json';
const FORMAT = 1;

/**
 * @typedef {object} Manifest
 * @property {number} format
 * @property {string} made_at ISO 8601
 */

/**
 * The manifest of an archive that is made now.
 *
 * @returns {Manifest}
 */
export function newManifest() {
  return { format: FORMAT, made_at: new Date().toISOString() };
}

/**
 * Writes `names` of a folder into an archive, with owners and permissions. What is a link, to a larger disk say, is followed.
 *
 * @param {number} archive an open file: what its name means may change meanwhile
 * @param {string} folder
 * @param {readonly string[]} names
 */
export async function pack(archive, folder, names) {
  await tar(
    ['--create', '--dereference', '--gzip', '--file', '-', '--directory', folder, '--', ...names],
    'The backup failed.',
    archive,
  );
}

/**
 * Unpacks an archive into a folder.
 *
 * @param {string} archive
 * @param {string} folder
 */
export async function unpack(archive, folder) {
  const options = ['--extract', '--gzip', '--preserve-permissions', '--numeric-owner'];
  await tar([...options, '--file', archive, '--directory', folder], `${archive} could not be unpacked.`);
}

/**
 * What an archive says of itself.
 *
 * @param {string} archive
 * @returns {Promise<Manifest>}
 * @throws {Failure} when it is no backup, or one of a later release
 */
export async function manifestOf(archive) {
  const noBackup = `${archive} is no backup of Millrace.`;
  const text = await tar(['--extract', '--gzip', '--to-stdout', '--file', archive, '--', MANIFEST], noBackup);
  const manifest = /** @type {Partial<Manifest> | undefined} */ (parseJson(text));
  if (typeof manifest?.format !== 'number' || typeof manifest.made_at !== 'string') throw new Failure(noBackup);
  if (manifest.format !== FORMAT)
    throw new Failure(`${archive} was made by another release.`, 'Restore it with the release that made it.');
  return { format: manifest.format, made_at: manifest.made_at };
}

/**
 * @param {readonly string[]} options
 * @param {string} problem what a failure means
 * @param {number} [into] an open file for what it prints
 * @returns {Promise<string>} what it printed
 */
async function tar(options, problem, into) {
  const child = spawn('tar', options, { stdio: ['ignore', into ?? 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout?.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString('utf8')));
  child.stderr?.on('data', (/** @type {Buffer} */ chunk) => (errors = (errors + chunk.toString('utf8')).slice(-2_000)));
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const code = await ended.catch((/** @type {Error} */ error) => {
    throw new Failure(`tar could not be run: ${error.message}`, 'Install it; every system has a package of it.');
  });
  if (code !== 0) throw new Failure(problem, errors.trim());
  return output;
}
