import { createHash } from 'node:crypto';
import { AppError, LIMITS, type FileFacts } from '@millrace/contracts';
import type { FileStore } from '@millrace/messaging';

/** Nobody's files. */
const CLOSED: Pick<FileStore, 'find' | 'read'> = {
  find: () => Promise.reject(noFiles()),
  read: () => {
    throw noFiles();
  },
};

function noFiles(): AppError {
  const message = 'The API token may not read files: it lacks the scope executions:read';
  return new AppError('FORBIDDEN', { message, details: { needed_scope: 'executions:read' } });
}

/** Files of a test by somebody who may read none. */
export function closedFiles(): FileStore {
  return new UnkeptFiles(CLOSED);
}

/** Reads the files that there are, and keeps none of what is written: nobody would ever remove it. */
export class UnkeptFiles implements FileStore {
  readonly find: FileStore['find'];
  readonly read: FileStore['read'];

  constructor(kept: Pick<FileStore, 'find' | 'read'>) {
    this.find = (organisationId, fileId) => kept.find(organisationId, fileId);
    this.read = (organisationId, file, range) => kept.read(organisationId, file, range);
  }

  async store({ address, name, type, content, onBytes }: Parameters<FileStore['store']>[0]): Promise<FileFacts> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of content) {
      size += piece.length;
      if (size > LIMITS.fileBytes) throw new AppError('FILE_TOO_LARGE', { details: { limit_bytes: LIMITS.fileBytes } });
      onBytes?.(piece.length);
      hash.update(piece);
    }
    return { id: address.file_id, name, type, size, sha256: hash.digest('hex') };
  }

  list(): Promise<[]> {
    return Promise.resolve([]);
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }
}
