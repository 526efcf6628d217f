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
  return secret(secretsDir, 'dev-token', () => `mr_dev_${randomBytes(24).toString('hex')}`);
}

/**
 * A password of a server: made once per home, readable only by its owner.
 *
 * @param {string} secretsDir
 * @param {string} name such as `nats-gateway`; the name of its file
 * @returns {string} 40 hexadecimal digits, so that it may be part of a URL
 */
export function serverPassword(secretsDir, name) {
  return secret(secretsDir, name, () => randomBytes(20).toString('hex'));
}

/**
 * @param {string} secretsDir
 * @param {string} name
 * @param {() => string} make
 */
function secret(secretsDir, name, make) {
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  const file = join(secretsDir, name);
  try {
    writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
