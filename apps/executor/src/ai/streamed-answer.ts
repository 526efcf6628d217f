import { LIMITS } from '@millrace/contracts';
import { BodyCollector } from '@millrace/service-kit/safe-http';
import { StepFailure } from '../steps/step-failure.js';
import { checkJsonBounds } from './json-of-answer.js';
import { Unreported } from './unreported.js';

const NEW_LINE = 0x0a;
/** What the client library reads in one turn: some fifty words, each an event of its own, which take it some milliseconds. */
const PIECE_BYTES = 4 * 1024;
/** What it holds in memory of each event and piece until the answer is whole, beside its bytes. */
const HELD_BYTES = 1024;

/** What a stream is read with. */
export interface StreamNeeds {
  /** Called with how much of it is in memory, as it comes. */
  readonly onBytes: (bytes: number) => void;
  /** Lets others have the process before the next piece. */
  readonly turn: () => Promise<void>;
}

/** The body of an answer that comes as a stream of events: passed on as it comes, as fast as it is read, and bounded like one that comes whole. */
export class StreamedAnswer {
  readonly readable: ReadableStream<Uint8Array>;
  /** Why it broke off. */
  error: unknown;
  readonly unreported = new Unreported();
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #bytes = 0;
  #parts = 0;
  /** The beginning of a line whose end has not come. */
  #line = newLine();

  constructor(private readonly needs: StreamNeeds) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.readable = readable;
    this.#writer = writable.getWriter();
    // Whoever reads it gets the error.
    this.#writer.closed.catch(() => undefined);
  }

  /** Takes the body. Throws StepFailure AI_ANSWER_TOO_LARGE, and what the body throws. */
  async take(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of body) {
        for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
          const piece = chunk.slice(from, from + PIECE_BYTES);
          this.#look(piece);
          await this.#writer.write(piece);
          await this.needs.turn();
        }
      }
      await this.#writer.close();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** The request has failed, or nobody reads on: so does reading its answer. */
  fail(error: unknown): void {
    this.error ??= error;
    this.#writer.abort(error).catch(() => undefined);
  }

  #look(piece: Uint8Array): void {
    this.#bytes += piece.length;
    const limit = LIMITS.aiAnswerBytes;
    if (this.#bytes > limit)
      throw new StepFailure('AI_ANSWER_TOO_LARGE', `The answer of the model is larger than ${limit} bytes`, {
        details: { limit_bytes: limit },
      });
    this.#parts++;
    let from = 0;
    for (let end = piece.indexOf(NEW_LINE); end >= 0; end = piece.indexOf(NEW_LINE, from)) {
      this.#line.add(piece.subarray(from, end));
      this.#event(Buffer.from(this.#line.body));
      this.#line = newLine();
      from = end + 1;
    }
    if (from < piece.length) this.#line.add(piece.subarray(from));
    this.needs.onBytes(this.#bytes + HELD_BYTES * this.#parts);
  }

  /** A line is parsed as JSON by the client library. */
  #event(line: Buffer): void {
    if (!line.subarray(0, 5).equals(DATA)) return;
    this.#parts++;
    const json = line.subarray(DATA.length);
    // One event is read in one go.
    checkJsonBounds(json, LIMITS.aiCheckedValues);
    this.unreported.noteEvent(json);
  }
}

const DATA = Buffer.from('data:');

/** In one buffer: in pieces of a byte it would be hundreds of times as large. */
function newLine(): BodyCollector {
  return new BodyCollector({ maxBytes: LIMITS.aiAnswerBytes });
}
