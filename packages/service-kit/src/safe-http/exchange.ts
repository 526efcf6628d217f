import type { IncomingHttpHeaders } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import { decompressorOf } from '../decompressor.js';
import { BodyCollector, type ReadLimits } from './body-collector.js';
import { ResponsePieces } from './response-pieces.js';

/** Of a body that nobody reads so much is read, to keep the connection. */
const DISCARDED_BYTES = 16 * 1024;

/** 100 Continue, 103 Early Hints: there is no use for more than a few. */
const MOST_INFORMATIONS = 10;

/** An answer; header names are in lower case, several values of one are joined by a comma. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Its `Location`; undefined also when it has several. */
  readonly location: string | undefined;
  /** Decompressed; empty when it was not wanted. */
  readonly body: Uint8Array;
}

/** What comes of an answer before its body. */
export type AnswerHead = Pick<Answer, 'status' | 'headers'>;

export interface ExchangeOptions {
  /** Of the request. */
  readonly method: string;
  readonly limits: ReadLimits;
  /** Whether the body of an answer is read. */
  readonly wantsBody: (status: number, location: string | undefined) => boolean;
  /** See `SafeHttpRequest`. */
  readonly receive?:
    ((head: AnswerHead) => ((body: AsyncIterable<Uint8Array>) => Promise<void>) | undefined) | undefined;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * One request and its answer, as a handler of undici's dispatcher: `request()` of undici makes streams, an event target and an
 * iterator for each answer, which for a small one cost more than sending and reading it. Calls `done` or `failed`, once.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #ended: { readonly error?: unknown } | undefined;
  #status = 0;
  #headers: Record<string, string> = {};
  #location: string | undefined;
  #isReceived = false;
  #wanted = false;
  #discarded = 0;
  #informations = 0;
  readonly #pieces = new ResponsePieces({ pause: () => this.#controller?.pause(), resume: () => this.#resume() });
  #decoder: Transform | null = null;
  /** Where the body goes that is not gathered. */
  #stream: Readable | null = null;
  readonly #collector: BodyCollector;

  constructor(private readonly options: ExchangeOptions) {
    this.#collector = new BodyCollector(options.limits);
  }

  /** Ends it with an error, and its connection. */
  abort(error: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    this.#drop(error);
    this.options.failed(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was aborted while the connection was being made.
    if (this.#ended !== undefined) controller.abort(asError(this.#ended.error));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return this.#onInformation();
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) this.#headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    this.#location = typeof headers.location === 'string' ? headers.location : undefined;
    this.#wanted = this.options.wantsBody(status, this.#location);
    const hasBody = this.options.method !== 'HEAD' && status !== 204 && status !== 304;
    if (this.#wanted) this.#give();
    // What cannot be decompressed is read as it is.
    if (this.#wanted && hasBody) this.#decompress(decompressorOf(this.#headers['content-encoding'])?.() ?? null);
  }

  /** They can go on for ever, and none is a byte of the body. */
  #onInformation(): void {
    if (++this.#informations <= MOST_INFORMATIONS) return;
    this.abort(new Error(`more than ${MOST_INFORMATIONS} informational responses came in the place of the response`));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended !== undefined || !this.#isTaken(chunk.length)) return;
    if (!this.#wanted) return this.#discard(chunk.length);
    if (this.#decoder === null) return this.#add(chunk);
    if (!this.#decoder.write(chunk)) controller.pause();
  }

  /** False for one piece too many: then it has ended. */
  #isTaken(bytes: number): boolean {
    try {
      this.#pieces.add(bytes);
      return true;
    } catch (error) {
      this.abort(error);
      return false;
    }
  }

  #resume(): void {
    if (this.#ended === undefined) this.#controller?.resume();
  }

  /** Gives the body to whoever wants it as it comes. */
  #give(): void {
    let take: ReturnType<NonNullable<ExchangeOptions['receive']>>;
    try {
      take = this.options.receive?.({ status: this.#status, headers: this.#headers });
    } catch (error) {
      return this.abort(error);
    }
    if (take === undefined) return;
    const goOn = (): void => void (this.#decoder === null ? this.#controller?.resume() : this.#decoder.resume());
    const stream = new Readable({ read: goOn });
    // Whoever takes it gets it; nobody else listens.
    stream.on('error', () => undefined);
    this.#stream = stream;
    take(stream as AsyncIterable<Uint8Array>).then(
      () => this.#finish(),
      (error: unknown) => this.abort(error),
    );
  }

  onResponseEnd(): void {
    this.#isReceived = true;
    if (this.#decoder === null) this.#complete();
    else this.#decoder.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    // The head of a redirect is all that is needed of it.
    if (this.#status > 0 && !this.#wanted) this.#complete();
    else this.abort(error);
  }

  #decompress(decoder: Transform | null): void {
    this.#decoder = decoder;
    decoder
      ?.on('data', (chunk: Buffer) => this.#add(chunk))
      .on('drain', () => this.#controller?.resume())
      .on('end', () => this.#decompressed())
      .on('error', (error) => this.abort(error));
  }

  /** What comes behind the end of the compressed data is not read: it could go on for ever. */
  #decompressed(): void {
    this.#complete();
    if (!this.#isReceived) this.#drop(new Error('More came than the compressed body'));
  }

  #add(chunk: Buffer): void {
    if (this.#ended !== undefined) return;
    if (this.#stream !== null) {
      if (!this.#stream.push(chunk)) (this.#decoder ?? this.#controller)?.pause();
      return;
    }
    try {
      this.#collector.add(chunk);
    } catch (error) {
      this.abort(error);
    }
  }

  #discard(bytes: number): void {
    this.#discarded += bytes;
    if (this.#discarded <= DISCARDED_BYTES) return;
    this.#complete();
    this.#drop(new Error('The rest of the body is not wanted'));
  }

  #complete(): void {
    if (this.#stream === null) this.#finish();
    // It is complete when it has been taken.
    else this.#stream.push(null);
  }

  #finish(): void {
    if (this.#ended !== undefined) return;
    const isWhole = this.#stream === null || this.#stream.readableEnded;
    this.#ended = {};
    const body = this.#collector.body;
    this.options.done({ status: this.#status, headers: this.#headers, location: this.#location, body });
    if (!isWhole) this.#drop(new Error('The rest of the body is not wanted'));
  }

  #drop(error: unknown): void {
    this.#controller?.abort(asError(error));
    this.#decoder?.destroy();
    this.#stream?.destroy(asError(error));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
