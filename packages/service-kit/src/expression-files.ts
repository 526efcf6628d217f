import { AppError, LIMITS } from '@millrace/contracts';
import { ExpressionError } from '@millrace/expression';
import type { FileStore, StoredFile } from '@millrace/messaging';
import { LoadedFiles } from './loaded-files.js';

/** The contents that one evaluation reads, by the ids of their files. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/** Where the files of an organisation are. */
export interface FilesOfOrganisation {
  readonly organisationId: string;
  /** Absent where there are none. */
  readonly files?: Pick<FileStore, 'find' | 'read'> | undefined;
}

/** All evaluations of the process share what is loaded. */
const inProcess = new LoadedFiles();

/** The id of the file whose content an evaluation lacks; undefined for any other error. */
export function lackedFile(error: unknown): string | undefined {
  return error instanceof ExpressionError ? error.file : undefined;
}

/** The file that an evaluation lacks which has these contents. Throws FILE_NOT_FOUND, FILE_TOO_LARGE and SERVICE_UNAVAILABLE. */
export async function findLacked(
  { organisationId, files }: FilesOfOrganisation,
  fileId: string,
  loaded: Contents,
): Promise<StoredFile> {
  if (loaded.size >= LIMITS.expressionFiles) throw tooMany();
  const stored = (await files?.find(organisationId, fileId)) ?? null;
  if (stored === null)
    throw new AppError('FILE_NOT_FOUND', {
      message: 'A file that an expression reads does not exist, or not any more',
      details: { file_id: fileId.slice(0, 100) },
    });
  let held = 0;
  for (const { length } of loaded.values()) held += length;
  requireSmall(stored, held);
  return stored;
}

/** The content of such a file. Throws FILE_NOT_FOUND when it is gone, and SERVICE_UNAVAILABLE. */
export function contentOfFile({ organisationId, files }: FilesOfOrganisation, stored: StoredFile): Promise<Uint8Array> {
  if (files === undefined) throw new Error('There is no store of files');
  return inProcess.content(files, organisationId, stored);
}

function tooMany(): AppError {
  const { expressionFiles: limit } = LIMITS;
  return new AppError('FILE_TOO_LARGE', {
    message: `The expressions of one step read at most ${limit} files: read them in a loop`,
    details: { limit_files: limit },
  });
}

/** The limits are those of what expressions may read, and not of files. */
function requireSmall({ size }: StoredFile, held: number): void {
  const { expressionFileBytes: one, expressionFilesBytes: all } = LIMITS;
  if (size > one)
    throw new AppError('FILE_TOO_LARGE', {
      message: `Expressions read files of at most ${one} bytes, and one has ${size}`,
      details: { limit_bytes: one, size_bytes: size },
    });
  if (held + size > all)
    throw new AppError('FILE_TOO_LARGE', {
      message: `The expressions of one step read at most ${all} bytes of files together`,
      details: { limit_bytes: all },
    });
}
