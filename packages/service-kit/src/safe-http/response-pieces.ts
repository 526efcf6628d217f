import { AppError, LIMITS } from '@millrace/contracts';
import { LoopTurns } from '@millrace/messaging';

/** With pieces of so many bytes, on average, a body may come in any number of them. */
const LEAST_PIECE_BYTES = 16;

/** So many smaller ones of a body are taken in a turn of the event loop: less than half a millisecond's work. */
const TINY_PIECES_AT_ONCE = 256;

/** Bodies in tiny pieces go on one at a time. */
const turns = new LoopTurns({ atOnce: 1 });

/** What can be paused, and goes on then. */
export interface Paused {
  pause(): void;
  resume(): void;
}

/**
 * Counts the pieces of a response's body. Each costs the same, however small it is: a body that comes byte by byte costs a thousand times what it costs in one piece, and
 * 64 KiB of such a body are parsed in one turn of the event loop otherwise, of each connection that has as much.
 */
export class ResponsePieces {
  #pieces = 0;
  #bytes = 0;
  #tinyAtOnce = 0;

  constructor(private readonly source: Paused) {}

  /** Counts a piece; pauses the source for some turns of the event loop when many tiny ones come. Throws HTTP_RESPONSE_TOO_LARGE. */
  add(bytes: number): void {
    this.#bytes += bytes;
    this.#pieces++;
    if (this.#pieces > LIMITS.responsePieces && this.#bytes < this.#pieces * LEAST_PIECE_BYTES) throw shredded();
    if (bytes >= LEAST_PIECE_BYTES || ++this.#tinyAtOnce < TINY_PIECES_AT_ONCE) return;
    this.#tinyAtOnce = 0;
    const { source } = this;
    source.pause();
    setImmediate(() => {
      turns.begin(
        () => '',
        () => source.resume(),
      );
    });
  }
}

function shredded(): AppError {
  const { responsePieces: limit } = LIMITS;
  const message = `The response comes in more than ${limit} pieces, of less than ${LEAST_PIECE_BYTES} bytes on average: send it in larger ones`;
  return new AppError('HTTP_RESPONSE_TOO_LARGE', {
    message,
    details: { limit_pieces: limit, piece_bytes: LEAST_PIECE_BYTES },
  });
}
