import { createHash } from 'node:crypto';
import {
  AppError,
  executionOfFile,
  FILE_SUBJECTS,
  isId,
  LIMITS,
  STREAMS,
  type FileAddress,
  type FileFacts,
} from '@millrace/contracts';
import { eachBatch, readLast } from '../direct-get.js';
import { WrongSequenceError } from '../errors.js';
import { knownForm } from '../known-form.js';
import type { Publisher } from '../publisher.js';
import type { ReplyMux } from '../reply-mux.js';
import type { Room } from '../storage/room.js';
import { decodeJson, encodeJson } from '../wire.js';
import { FilePieces } from './file-pieces.js';
import { piecesOf } from './pieces-of.js';
import { storedFileSchema, type NewFile, type StoredFile } from './stored-file.js';

/**
 * Files of executions. A file is there from when all of its content is stored: what is known of it is written last. Each is found by its
 * id, for its own organisation alone.
 */
export interface FileStore {
  /**
   * Stores a file; it never holds more of it than some pieces. When that fails, or `content` throws, nothing of it stays. Throws FILE_TOO_LARGE,
   * STORAGE_FULL, SERVICE_UNAVAILABLE, WrongSequenceError when somebody else stores the same file, and what `content` and `onBytes` throw.
   */
  store(file: NewFile): Promise<FileFacts>;
  /** A file by its id; null when the organisation has none of this id. Throws SERVICE_UNAVAILABLE. */
  find(organisationId: string, fileId: string): Promise<StoredFile | null>;
  /** The files of an execution, in the order in which they were stored. Throws SERVICE_UNAVAILABLE. */
  list(organisationId: string, executionId: string): Promise<StoredFile[]>;
  /** Content of a file, from the byte `first` to `last`, all of it by default. Throws FILE_NOT_FOUND when some of it is gone. */
  read(organisationId: string, file: StoredFile, range?: { first: number; last: number }): AsyncIterable<Uint8Array>;
  /** Removes a file. */
  remove(organisationId: string, fileId: string): Promise<void>;
}

const STREAM = STREAMS.files;
const NOTHING = new Uint8Array(0);

/** The {@link FileStore} in the stream of files. */
export class NatsFileStore implements FileStore {
  readonly #pieces: FilePieces;

  constructor(
    private readonly publisher: Publisher,
    private readonly replies: ReplyMux,
    private readonly room: Pick<Room, 'require'>,
  ) {
    this.#pieces = new FilePieces(publisher, replies);
  }

  async store({ address, name, type, content, isNew = false, onBytes }: NewFile): Promise<FileFacts> {
    this.room.require(STREAM);
    const subject = FILE_SUBJECTS.content(address);
    const hash = createHash('sha256');
    const pieces: number[] = [];
    let size = 0;
    try {
      // What an attempt has left that ended with its process is not a part of this file.
      let last = isNew ? 0 : ((await this.publisher.lastStored(STREAM, subject))?.sequence ?? 0);
      for await (const piece of piecesOf(content)) {
        size += piece.length;
        if (size > LIMITS.fileBytes) throw tooLarge(LIMITS.fileBytes);
        onBytes?.(piece.length);
        hash.update(piece);
        last = await this.#send(subject, piece, { expectLastSequence: last, acceptance: true });
        pieces.push(last);
      }
      const facts = { id: address.file_id, name, type, size, sha256: hash.digest('hex') };
      const stored: StoredFile = { ...facts, created_at: new Date().toISOString(), pieces };
      await this.#send(FILE_SUBJECTS.facts(address), encodeJson(stored), { replacesEarlier: true, acceptance: true });
      return facts;
    } catch (error) {
      // Whoever has appended meanwhile stores it too.
      if (!(error instanceof WrongSequenceError)) await this.#drop(address).catch(() => undefined);
      throw error;
    }
  }

  async find(organisationId: string, fileId: string): Promise<StoredFile | null> {
    if (!isId('file', fileId)) return null;
    const subject = FILE_SUBJECTS.facts(addressOf(organisationId, fileId));
    // A replica that lags may not have what was stored a moment ago.
    const found = (await readLast(this.replies, STREAM, subject)) ?? (await this.publisher.lastStored(STREAM, subject));
    return found === null ? null : factsIn(found.data);
  }

  async list(organisation_id: string, execution_id: string): Promise<StoredFile[]> {
    if (!isId('execution', execution_id)) return [];
    const next_by_subj = FILE_SUBJECTS.factsOf({ organisation_id, execution_id });
    const files: StoredFile[] = [];
    for await (const batch of eachBatch(this.replies, STREAM, { next_by_subj })) {
      for (const { data } of batch) {
        const file = factsIn(data);
        if (file !== null) files.push(file);
      }
    }
    return files;
  }

  read(organisationId: string, file: StoredFile, range?: { first: number; last: number }): AsyncIterable<Uint8Array> {
    const subject = FILE_SUBJECTS.content(addressOf(organisationId, file.id));
    return range === undefined ? this.#pieces.whole(subject, file) : this.#pieces.part(subject, file, range);
  }

  async remove(organisationId: string, fileId: string): Promise<void> {
    if (isId('file', fileId)) await this.#empty(addressOf(organisationId, fileId));
  }

  /** Takes away what was begun, unless somebody else has stored the file. */
  async #drop(address: FileAddress): Promise<void> {
    const facts = await this.publisher.lastStored(STREAM, FILE_SUBJECTS.facts(address));
    if (facts === null || facts.data.length === 0) await this.#empty(address);
  }

  /** What is known of it goes first, so that there is never a file without its content. */
  async #empty(address: FileAddress): Promise<void> {
    for (const subject of [FILE_SUBJECTS.facts(address), FILE_SUBJECTS.content(address)]) {
      if ((await this.publisher.lastStored(STREAM, subject)) !== null)
        await this.#send(subject, NOTHING, { replacesEarlier: true });
    }
  }

  async #send(
    subject: string,
    data: Uint8Array,
    options: { expectLastSequence?: number; replacesEarlier?: boolean; acceptance?: boolean },
  ): Promise<number> {
    return (await this.publisher.send(subject, STREAM, { data, objectName: undefined }, options)).sequence;
  }
}

function addressOf(organisation_id: string, file_id: string): FileAddress {
  return { organisation_id, execution_id: executionOfFile(file_id), file_id };
}

/** Null for the mark of one that was removed. */
function factsIn(data: Uint8Array): StoredFile | null {
  return data.length === 0 ? null : knownForm('A file', storedFileSchema, decodeJson(data));
}

function tooLarge(limit: number): AppError {
  return new AppError('FILE_TOO_LARGE', {
    message: `The file is larger than ${limit} bytes`,
    details: { limit_bytes: limit },
  });
}
