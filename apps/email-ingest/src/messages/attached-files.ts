import { createHash } from 'node:crypto';
import { AppError, fileName, fileType, LIMITS, newFileId, type FileFacts } from '@millrace/contracts';
import { WrongSequenceError, type FileStore } from '@millrace/messaging';
import type { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { ParsedMessage, ReadMessage } from '../parsing/message-parser.js';

/** An attachment as a workflow is given it: a file. */
export type AttachedFile = ParsedMessage['attachments'][number] & { readonly file: FileFacts };

/** A message whose attachments are files. */
export type MessageWithFiles = Omit<ParsedMessage, 'attachments'> & { readonly attachments: readonly AttachedFile[] };

/** For which execution they are. */
export interface FilesOwner {
  readonly organisationId: string;
  readonly executionId: string;
}

/**
 * Stores the attachments of a message as files of an execution that is about to start, before it starts: what it refers to is there. Their
 * ids follow from what they are, so that doing it twice stores them once. Throws QUOTA_EXCEEDED, STORAGE_FULL, SERVICE_UNAVAILABLE.
 */
export async function withFiles(
  { message, contents }: ReadMessage,
  { organisationId, executionId }: FilesOwner,
  files: Pick<FileStore, 'find' | 'store'>,
  quota: Pick<StorageQuota, 'require' | 'charge'>,
): Promise<MessageWithFiles> {
  const attachments: AttachedFile[] = [];
  for (const [index, attachment] of message.attachments.entries()) {
    const content = contents[index] ?? new Uint8Array(0);
    const file = await stored(attachment, content, index, { organisationId, executionId }, files, quota);
    attachments.push({ ...attachment, file });
  }
  return { ...message, attachments };
}

async function stored(
  { name, type }: ParsedMessage['attachments'][number],
  content: Uint8Array,
  index: number,
  { organisationId, executionId }: FilesOwner,
  files: Pick<FileStore, 'find' | 'store'>,
  quota: Pick<StorageQuota, 'require' | 'charge'>,
): Promise<FileFacts> {
  const digest = createHash('sha256')
    .update(JSON.stringify([executionId, index]))
    .update(content)
    .digest();
  const id = newFileId(executionId, digest);
  const known = await files.find(organisationId, id);
  if (known !== null) return factsOf(known);
  quota.require(organisationId);
  try {
    const file = await files.store({
      address: { organisation_id: organisationId, execution_id: executionId, file_id: id },
      name: fileName(name),
      type: fileType(type),
      content: [content],
    });
    quota.charge(organisationId, content.length + LIMITS.fileOverheadBytes);
    return file;
  } catch (error) {
    if (!(error instanceof WrongSequenceError)) throw error;
    // Another process deals with the same message.
    throw new AppError('SERVICE_UNAVAILABLE', {
      message: 'An attachment is being stored elsewhere; try again',
      cause: error,
    });
  }
}

function factsOf({ id, name, type, size, sha256 }: FileFacts): FileFacts {
  return { id, name, type, size, sha256 };
}
