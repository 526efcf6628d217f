import { z } from 'zod';
import { LIMITS } from './limits.js';

/** What there is to know of a file beside its content. `sha256`: of the content, in hex. */
export const fileFactsSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  type: z.string(),
  size: z.int().nonnegative(),
  sha256: z.string(),
});
export type FileFacts = z.output<typeof fileFactsSchema>;

/** How values name a file: what steps give and take, and what the input of an execution may have in it. */
export interface FileReference {
  readonly file: FileFacts;
}

/** The subjects of a file: its content in pieces, and what is known of it, which comes last. */
export interface FileAddress {
  readonly organisation_id: string;
  readonly execution_id: string;
  readonly file_id: string;
}

export const FILE_SUBJECTS = {
  content: ({ organisation_id, execution_id, file_id }: FileAddress) =>
    `files.content.${organisation_id}.${execution_id}.${file_id}`,
  facts: ({ organisation_id, execution_id, file_id }: FileAddress) =>
    `files.facts.${organisation_id}.${execution_id}.${file_id}`,
  /** What is known of all files of an execution. */
  factsOf: ({ organisation_id, execution_id }: Omit<FileAddress, 'file_id'>) =>
    `files.facts.${organisation_id}.${execution_id}.*`,
} as const;

/** The name of a file as it is kept: one line, without a path. Null for none. */
export function fileName(name: string | null | undefined): string | null {
  const bare = (name ?? '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, ' ')
    .replace(/^.*[/\\]/, '')
    .trim()
    .slice(0, LIMITS.fileNameCharacters)
    .replace(/\p{Surrogate}$/u, '');
  return bare === '' || bare === '.' || bare === '..' ? null : bare;
}

const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?: *; *[\w-]{1,50}=(?:[\w.+:/-]{1,100}|"[\w .+:/-]{0,100}"))*$/;

/** The media type of a file as it is kept; what has not the form of one is `application/octet-stream`. */
export function fileType(type: string | null | undefined): string {
  const given = (type ?? '').trim();
  return given.length <= LIMITS.fileTypeCharacters && MEDIA_TYPE.test(given) ? given : 'application/octet-stream';
}

/** The id that a value names a file by, or null. What else it says of the file is not believed. */
export function fileIdIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'file')) return null;
  const { file } = value as { file: unknown };
  if (typeof file !== 'object' || file === null || !Object.hasOwn(file, 'id')) return null;
  const { id } = file as { id: unknown };
  return typeof id === 'string' ? id : null;
}
