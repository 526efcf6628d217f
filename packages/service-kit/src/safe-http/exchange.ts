import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import { decompressorOf } from '../decompressor.js';
import { BodyCollector, type ReadLimits } from './body-collector.js';

/** Of a body that nobody reads so much is read, to keep the connection. */
const DISCARDED_BYTES = 16 * 1024;

/** An answer; header names are in lower case, several values of one are joined by a comma. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Its `Location`; undefined also when it has several. */
  readonly location: string | undefined;
  /** Decompressed; empty when it was not wanted. */
  readonly body: Uint8Array;
}

export interface ExchangeOptions {
  /** Of the request. */
  readonly method: string;
  readonly limits: ReadLimits;
  /** Whether the body of an answer is read. */
  readonly wantsBody: (status: number, location: string | undefined) => boolean;
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
  #decoder: Transform | null = null;
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
    if (status < 200) return;
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) this.#headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    this.#location = typeof headers.location === 'string' ? headers.location : undefined;
    this.#wanted = this.options.wantsBody(status, this.#location);
    const hasBody = this.options.method !== 'HEAD' && status !== 204 && status !== 304;
    // What cannot be decompressed is read as it is.
    if (this.#wanted && hasBody) this.#decompress(decompressorOf(this.#headers['content-encoding']) ?? null);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#wanted) return this.#discard(chunk.length);
    if (this.#decoder === null) return this.#add(chunk);
    if (!this.#decoder.write(chunk)) controller.pause();
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
    if (this.#ended !== undefined) return;
    this.#ended = {};
    const body = this.#collector.body;
    this.options.done({ status: this.#status, headers: this.#headers, location: this.#location, body });
  }

  #drop(error: unknown): void {
    this.#controller?.abort(asError(error));
    this.#decoder?.destroy();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
