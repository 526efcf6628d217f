import { LIMITS } from '@millrace/contracts';
import { StepFailure } from '../steps/step-failure.js';
import { checkJsonBounds } from './json-of-answer.js';

const NEW_LINE = 0x0a;

/** What an event of a stream may say of a refusal: OpenAI's API has its words in pieces, Anthropic's names it as the reason to stop. */
interface Refusable {
  readonly choices?: readonly { readonly delta?: { readonly refusal?: unknown } }[];
  readonly delta?: { readonly stop_reason?: unknown };
}

/** The body of an answer that comes as a stream of events: passed on as it comes, as fast as it is read, and bounded like one that comes whole. */
export class StreamedAnswer {
  readonly readable: ReadableStream<Uint8Array>;
  /** Why it broke off. */
  error: unknown;
  /** The words of a model that refuses to answer, maybe none; null when it does not. */
  refusal: string | null = null;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #bytes = 0;
  /** The beginning of a line whose end has not come. */
  #line: Uint8Array[] = [];

  constructor(private readonly onBytes: (bytes: number) => void) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.readable = readable;
    this.#writer = writable.getWriter();
    // Who reads it hears of that.
    this.#writer.closed.catch(() => undefined);
  }

  /** Takes the body. Throws StepFailure AI_ANSWER_TOO_LARGE, and what the body throws. */
  async take(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of body) {
        this.#look(chunk);
        await this.#writer.write(new Uint8Array(chunk));
      }
      await this.#writer.close();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** The request has failed: so does reading its answer. */
  fail(error: unknown): void {
    this.error ??= error;
    this.#writer.abort(error).catch(() => undefined);
  }

  #look(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    const limit = LIMITS.aiAnswerBytes;
    if (this.#bytes > limit)
      throw new StepFailure('AI_ANSWER_TOO_LARGE', `The answer of the model is larger than ${limit} bytes`, {
        details: { limit_bytes: limit },
      });
    this.onBytes(this.#bytes);
    let from = 0;
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, from)) {
      this.#event(Buffer.concat([...this.#line, chunk.subarray(from, end)]));
      this.#line = [];
      from = end + 1;
    }
    if (from < chunk.length) this.#line.push(chunk.subarray(from));
  }

  /** A line is parsed as JSON by the client library. */
  #event(line: Buffer): void {
    if (!line.subarray(0, 5).equals(DATA)) return;
    const json = line.subarray(DATA.length);
    checkJsonBounds(json);
    if (json.includes('"refusal"')) this.#noteRefusal(json.toString());
  }

  #noteRefusal(json: string): void {
    try {
      const { choices, delta } = JSON.parse(json) as Refusable;
      const words = choices?.[0]?.delta?.refusal;
      if (typeof words === 'string' && words !== '') this.refusal = (this.refusal ?? '') + words;
      else if (delta?.stop_reason === 'refusal') this.refusal ??= '';
    } catch {
      // The client library says what is wrong with it.
    }
  }
}

const DATA = Buffer.from('data:');
