import { readFileSync } from 'node:fs';
import { AppError } from '@millrace/contracts';
import { z } from 'zod';
import { parseMasterKeys, type MasterKey } from './master-keys.js';

/** The least time between two looks into the file for a key that is not known. */
const LOOK_INTERVAL_MS = 1_000;

/** The settings of a service that seals or opens what is secret. */
export const masterKeysConfigShape = {
  MILLRACE_MASTER_KEYS_FILE: z
    .string()
    .superRefine((file, context) => {
      try {
        parseMasterKeys(readFileSync(file, 'utf8'));
      } catch (error) {
        context.addIssue({ code: 'custom', message: `cannot be used: ${error instanceof Error ? error.message : ''}` });
      }
    })
    .optional()
    .describe(
      'file of master keys, `<id> <32 bytes in base64>` a line, the first is current; without it there are no secrets ([secrets](../../docs/secrets.md))',
    ),
};

/** The master keys of the installation. Keys that are added to the file are found while the process runs. */
export class Keyring {
  #keys: readonly MasterKey[] | undefined;
  #lookedAt = -Infinity;

  constructor(
    /** Path of the file; undefined in an installation without secrets. */
    private readonly file: string | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether there is a file of keys. */
  get exists(): boolean {
    return this.file !== undefined;
  }

  /** The key that wraps what is sealed from now on. Throws SERVICE_UNAVAILABLE. */
  get current(): MasterKey {
    const [current] = this.#keys ?? this.#read();
    if (current === undefined) throw unusable('the file has no key');
    return current;
  }

  /** Reads the file again: the current key may be another one. Throws SERVICE_UNAVAILABLE. */
  reload(): void {
    this.#read();
  }

  /** The key of an id; one that is not known yet is looked for in the file. Throws SERVICE_UNAVAILABLE when it is not there. */
  find(id: string): MasterKey {
    const known = this.#among(this.#keys, id);
    if (known !== undefined) return known;
    const isDue = this.now() - this.#lookedAt >= LOOK_INTERVAL_MS;
    const found = isDue ? this.#among(this.#read(), id) : undefined;
    if (found === undefined) throw unusable(`there is no key "${id}" in it; put the key back`);
    return found;
  }

  #among(keys: readonly MasterKey[] | undefined, id: string): MasterKey | undefined {
    return keys?.find((key) => key.id === id);
  }

  #read(): readonly MasterKey[] {
    this.#lookedAt = this.now();
    if (this.file === undefined)
      throw new AppError('SERVICE_UNAVAILABLE', {
        message: 'This installation has no master key, so it can keep no secrets: set MILLRACE_MASTER_KEYS_FILE',
        details: { setting: 'MILLRACE_MASTER_KEYS_FILE' },
      });
    try {
      this.#keys = parseMasterKeys(readFileSync(this.file, 'utf8'));
    } catch (error) {
      // A file that is being replaced, or was spoilt: what was read before is still right.
      if (this.#keys === undefined) throw unusable(error instanceof Error ? error.message : String(error));
    }
    return this.#keys;
  }
}

function unusable(why: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `The file of master keys (MILLRACE_MASTER_KEYS_FILE) cannot be used: ${why}`,
    details: { setting: 'MILLRACE_MASTER_KEYS_FILE' },
  });
}
