import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parseMasterKeys } from '@millrace/service-kit/sealing';
import type { Command } from '../command.js';
import { ConfigError } from '../config.js';

const KEY_BYTES = 32;

const rotateCommand: Command = {
  name: 'rotate-master-key',
  summary: 'put a new master key in front of the file of master keys; services take it up by themselves',
  options: {
    file: { type: 'string', description: 'the file; what MILLRACE_MASTER_KEYS_FILE names by default' },
  },
  settings: ['MILLRACE_MASTER_KEYS_FILE'],
  run({ options: { file: given }, config }) {
    const file = typeof given === 'string' ? given : config.masterKeysFile;
    if (file === undefined)
      throw new ConfigError('No file of master keys is named: --file, or MILLRACE_MASTER_KEYS_FILE');
    const { id, former } = addMasterKey(file);
    const lines = [
      `The master key ${id} is the current one now, in front of ${former} former in ${file}.`,
      'Keep the former keys: docs/secrets.md says for how long. Back the file up before secrets are wrapped by the new key.',
    ];
    return Promise.resolve({ json: { id, file, former_keys: former }, lines });
  },
};

/** Replaces the file as a whole, so that nobody reads half of it. Throws ConfigError for one that is no file of master keys, or cannot be written. */
function addMasterKey(file: string): { id: string; former: number } {
  const id = `k${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;
  try {
    const text = readFileSync(file, 'utf8');
    const former = parseMasterKeys(text).length;
    replaceFile(file, `${id} ${randomBytes(KEY_BYTES).toString('base64')}\n${text}`);
    return { id, former };
  } catch (error) {
    throw new ConfigError(`${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whoever read the file before reads it now. What is new is on the disk before it has the name: after a power failure there might be nothing under it. */
function replaceFile(file: string, text: string): void {
  const next = `${file}.next`;
  const { mode, uid, gid } = statSync(file);
  writeFileSync(next, text, { mode: 0o600 });
  try {
    // The umask takes rights away, and root's files are not everybody's.
    chownSync(next, uid, gid);
    chmodSync(next, mode);
    syncPath(next);
    // Fails where the file is a mount point, as in a container that is given this file alone.
    renameSync(next, file);
  } catch (error) {
    rmSync(next);
    throw error;
  }
  syncPath(dirname(file));
}

/** Also of a folder: its names. */
function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export const MASTER_KEY_COMMANDS: readonly Command[] = [rotateCommand];
