import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../json-file.mjs';

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
 * The token of the operator: made once per home, readable only by its owner.
 *
 * @param {string} secretsDir
 * @returns {string} `mr_operator_` and 48 hexadecimal digits
 */
export function operatorToken(secretsDir) {
  return secret(secretsDir, 'operator-token', () => `mr_operator_${randomBytes(24).toString('hex')}`);
}

/**
 * The token that opens profiles of the services: made once per home, readable only by its owner.
 *
 * @param {string} secretsDir
 * @returns {string} `mr_profile_` and 48 hexadecimal digits
 */
export function profileToken(secretsDir) {
  return secret(secretsDir, 'profile-token', () => `mr_profile_${randomBytes(24).toString('hex')}`);
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
 * The file of master keys of the services that keep secrets: made once per home with one key, readable only by its owner.
 *
 * @param {string} secretsDir
 * @returns {string} its path
 */
export function masterKeysFile(secretsDir) {
  secret(secretsDir, MASTER_KEYS, newMasterKey);
  return join(secretsDir, MASTER_KEYS);
}

/**
 * Puts a new master key in front of the others: from now on it is the current one. The file is replaced as a whole, so that
 * nobody reads half of it.
 *
 * @param {string} secretsDir
 * @returns {string} the id of the new key
 */
export function addMasterKey(secretsDir) {
  const file = masterKeysFile(secretsDir);
  const line = newMasterKey();
  writeDurably(file, `${line}\n${readFileSync(file, 'utf8')}`, { replace: true });
  return line.slice(0, line.indexOf(' '));
}

const MASTER_KEYS = 'master-keys';

/** A line of the file of master keys: its id begins with the time, so that people see which is older. */
function newMasterKey() {
  const id = `${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  return `${id} ${randomBytes(32).toString('base64')}`;
}

/**
 * @param {string} secretsDir
 * @param {string} name
 * @param {() => string} make
 */
function secret(secretsDir, name, make) {
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  const file = join(secretsDir, name);
  if (!existsSync(file)) writeDurably(file, `${make()}\n`);
  return readFileSync(file, 'utf8').trim();
}
