import { LIMITS } from '@millrace/contracts';
import { Gate, type FileStore, type StoredFile } from '@millrace/messaging';
import { LRUCache } from 'lru-cache';

/**
 * The contents of files that expressions of this process read. A loop reads the same ones again and again, and many executions may do so: a few files are loaded
 * at a time, organisations take turns, and what was read last is kept. Contents never change under an id.
 */
export class LoadedFiles {
  readonly #kept = new LRUCache<string, Uint8Array>({
    maxSize: LIMITS.expressionFilesKeptBytes,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });
  readonly #loading = new Map<string, Promise<Uint8Array>>();
  readonly #gate = new Gate(LIMITS.expressionFilesAtOnce);

  /** The whole content of a file. Throws SERVICE_UNAVAILABLE. */
  async content(files: Pick<FileStore, 'read'>, organisationId: string, stored: StoredFile): Promise<Uint8Array> {
    const key = `${organisationId}.${stored.id}`;
    const known = this.#kept.get(key) ?? this.#loading.get(key);
    if (known !== undefined) return known;
    const loading = this.#load(files, organisationId, stored);
    this.#loading.set(key, loading);
    try {
      const content = await loading;
      this.#kept.set(key, content);
      return content;
    } finally {
      this.#loading.delete(key);
    }
  }

  async #load(files: Pick<FileStore, 'read'>, organisationId: string, stored: StoredFile): Promise<Uint8Array> {
    const leave = await this.#gate.enter(organisationId);
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of files.read(organisationId, stored)) pieces.push(piece);
      return Buffer.concat(pieces);
    } finally {
      leave();
    }
  }
}
