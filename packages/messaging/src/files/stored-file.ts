import { fileFactsSchema, type FileAddress } from '@millrace/contracts';
import { z } from 'zod';

/** Bytes of a file, in pieces of any size. */
export type FileContent = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A file that is to be stored. */
export interface NewFile {
  readonly address: FileAddress;
  readonly name: string | null;
  readonly type: string;
  readonly content: FileContent;
  /** Its id was made for it, so no attempt before can have left anything of it: that is not looked for. */
  readonly isNew?: boolean;
  /** Called with each piece before it is stored; what it throws ends the file. */
  readonly onBytes?: (bytes: number) => void;
}

/** A file that is there. `pieces`: where each piece of its content is in the stream. */
export const storedFileSchema = fileFactsSchema.extend({ created_at: z.string(), pieces: z.array(z.int()) });
/** See {@link storedFileSchema}. */
export type StoredFile = z.output<typeof storedFileSchema>;
