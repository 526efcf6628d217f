import { createHash } from 'node:crypto';
import { AppError, LIMITS, STREAMS } from '@millrace/contracts';
import { readBatch, sequenceOf } from '../direct-get.js';
import type { Publisher } from '../publisher.js';
import type { ReplyMux } from '../reply-mux.js';
import type { StoredFile } from './stored-file.js';

/** Pieces that are read together. */
const PIECES = 8;
const STREAM = STREAMS.files;

/** Reads the content of files by direct gets: a consumer for each read would stay on the server for minutes. */
export class FilePieces {
  constructor(
    private readonly publisher: Pick<Publisher, 'nextStored'>,
    private readonly replies: ReplyMux,
  ) {}

  /** All of it, held against its digest. */
  async *whole(subject: string, file: StoredFile): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for await (const piece of this.#from(subject, file, 0, file.pieces.length)) {
      hash.update(piece);
      yield piece;
    }
    if (hash.digest('hex') !== file.sha256) throw gone(file);
  }

  /** From one byte to another one. */
  async *part(
    subject: string,
    file: StoredFile,
    { first, last }: { first: number; last: number },
  ): AsyncGenerator<Uint8Array> {
    const size = LIMITS.filePieceBytes;
    let at = Math.floor(first / size);
    for await (const piece of this.#from(subject, file, at, Math.floor(last / size) + 1)) {
      yield piece.subarray(Math.max(0, first - at * size), Math.min(piece.length, last + 1 - at * size));
      at++;
    }
  }

  async *#from(subject: string, file: StoredFile, from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to;) {
      const wanted = file.pieces.slice(at, Math.min(to, at + PIECES));
      for (const piece of await this.#read(subject, wanted, file)) {
        yield piece;
        at++;
      }
    }
  }

  /** As many of these as come, at least the first one. */
  async #read(subject: string, wanted: readonly number[], file: StoredFile): Promise<Uint8Array[]> {
    const [seq = 0] = wanted;
    const query = { seq, next_by_subj: subject, batch: wanted.length };
    const { messages } = await readBatch(this.replies, STREAM, query);
    const pieces: Uint8Array[] = [];
    for (const message of messages) {
      if (sequenceOf(message) !== wanted[pieces.length]) break;
      pieces.push(message.data);
    }
    if (pieces.length > 0) return pieces;
    // A replica that lags may have replied; what the leader does not have is gone.
    const piece = await this.publisher.nextStored(STREAM, subject, seq);
    if (piece?.sequence !== seq) throw gone(file);
    return [piece.data];
  }
}

function gone({ id }: StoredFile): AppError {
  return new AppError('FILE_NOT_FOUND', {
    message: `The content of the file ${id} is gone: files are kept as long as their executions, and no longer than 30 days`,
    details: { file_id: id },
  });
}
