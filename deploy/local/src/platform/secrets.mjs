import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The API token of the development organisation: made once per home, readable only by its owner.
 *
 * @param {string} secretsDir
 * @returns {string} `mr_dev_` and 48 hexadecimal digits
 */
export function devToken(secretsDir) {
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  const file = join(secretsDir, 'dev-token');
  try {
    writeFileSync(file, `mr_dev_${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
