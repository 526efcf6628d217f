import { createHash } from 'node:crypto';
import { AppError, fileName, fileType, LIMITS, newFileId, type FileFacts } from '@millrace/contracts';
import { WrongSequenceError, type FileStore } from '@millrace/messaging';
import type { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { ParsedMessage, ReadMessage } from '../parsing/message-parser.js';
import { PartContent } from '../parsing/part-content.js';

/** An attachment as a workflow is given it: a file. */
export type AttachedFile = ParsedMessage['attachments'][number] & { readonly file: FileFacts };

/** A message whose attachments are files. */
export type MessageWithFiles = Omit<ParsedMessage, 'attachments'> & { readonly attachments: readonly AttachedFile[] };

/** For which execution they are. */
export interface FilesOwner {
  readonly organisationId: string;
  readonly executionId: string;
}

/** What attachments are stored with. */
export interface Stores {
  readonly files: Pick<FileStore, 'find' | 'store' | 'read'>;
  readonly quota: Pick<StorageQuota, 'require' | 'charge'>;
  /** Called whenever some of a file is about to be stored. */
  readonly onBytes?: () => void;
}

/**
 * Stores the attachments of a message as files of an execution that is about to start, before it starts: what it refers to is there. Their
 * ids follow from what they are, so that doing it twice stores them once. Throws QUOTA_EXCEEDED, STORAGE_FULL, SERVICE_UNAVAILABLE, and
 * what a {@link PartContent} throws.
 */
export async function withFiles(
  { message, contents }: ReadMessage,
  owner: FilesOwner,
  stores: Stores,
): Promise<MessageWithFiles> {
  const attachments: AttachedFile[] = [];
  for (const [index, attachment] of message.attachments.entries()) {
    const content = contents[index] ?? new Uint8Array(0);
    const file = await stored(attachment, content, fileIdOf(content, index, owner), owner, stores);
    attachments.push({ ...attachment, size: file.size, file });
  }
  return { ...message, attachments };
}

/** That of what is yet to be fetched follows from its place in the message, which is known by its execution. */
function fileIdOf(content: Uint8Array | PartContent, index: number, { executionId }: FilesOwner): string {
  const hash = createHash('sha256');
  if (content instanceof PartContent) {
    const { name, size } = content.part;
    hash.update(JSON.stringify([executionId, index, name, size]));
  } else hash.update(JSON.stringify([executionId, index])).update(content);
  return newFileId(executionId, hash.digest());
}

async function stored(
  { name, type }: ParsedMessage['attachments'][number],
  content: Uint8Array | PartContent,
  id: string,
  { organisationId, executionId }: FilesOwner,
  { files, quota, onBytes }: Stores,
): Promise<FileFacts> {
  let file: FileFacts | null = await files.find(organisationId, id);
  if (file === null) {
    quota.require(organisationId);
    quota.charge(organisationId, LIMITS.fileOverheadBytes);
    try {
      file = await files.store({
        address: { organisation_id: organisationId, execution_id: executionId, file_id: id },
        name: fileName(name),
        type: fileType(type),
        content: content instanceof PartContent ? content.read() : [content],
        // What is written is paid for, also of a file that does not get to its end.
        onBytes: (bytes) => {
          quota.require(organisationId);
          quota.charge(organisationId, bytes);
          onBytes?.();
        },
      });
    } catch (error) {
      if (!(error instanceof WrongSequenceError)) throw error;
      // Another process deals with the same message.
      throw new AppError('SERVICE_UNAVAILABLE', {
        message: 'An attachment is being stored elsewhere; try again',
        cause: error,
      });
    }
  }
  if (content instanceof PartContent) content.isStored(() => copyOf(files, organisationId, id));
  return factsOf(file);
}

async function* copyOf(files: Stores['files'], organisationId: string, id: string): AsyncGenerator<Uint8Array> {
  const file = await files.find(organisationId, id);
  if (file === null) throw new AppError('FILE_NOT_FOUND', { details: { file_id: id } });
  yield* files.read(organisationId, file);
}

function factsOf({ id, name, type, size, sha256 }: FileFacts): FileFacts {
  return { id, name, type, size, sha256 };
}
