import { fstatSync, write, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { LIMITS } from '@millrace/contracts';

/** Lines are gathered up to this many characters, or for this long: one system call a line costs a quarter of the throughput. */
const CHUNK_CHARACTERS = 4_096;
const FLUSH_MS = 1_000;
/** A descriptor that takes nothing at the moment is tried again after this long; at the process's end this often. */
const BUSY_MS = 50;
const BUSY_TRIES_AT_END = 10;
const NEWLINE = 0x0a;

/** Why lines are lost that come while as many wait as may. */
export const OVERFLOW = 'overflow';

/** Called for lines that were not written: how many, and the error code or `OVERFLOW`. */
export type OnLost = (lines: number, reason: string) => void;

/** Writes (a part of) a chunk and says how many bytes were taken. */
type Sink = (chunk: Buffer, done: (error: NodeJS.ErrnoException | null | undefined, written: number) => void) => void;

/**
 * Where log lines go. A descriptor that refuses them (no space, a closed pipe) costs lines, never the process; one that
 * takes nothing for a while costs at most `LIMITS.logBufferBytes` of memory. Our own, because pino's destination retries
 * any error at the process's end for ever, and a write to a full pipe through `fs` keeps the process from ending.
 */
export class LogDestination {
  #lines: string[] = [];
  #length = 0;
  #writing: Buffer | undefined;
  /** The last chunk ended inside a line, which must not swallow the next one. */
  #torn = false;
  /** Lines lost since the last write that worked, and why. */
  #lost = 0;
  #reason = '';
  #timer: NodeJS.Timeout | undefined;
  readonly #sink: Sink;

  constructor(
    private readonly descriptor: number,
    /** The process's stream of a descriptor that is a pipe or a socket. */
    private readonly stream: Writable | undefined,
    private readonly onLost: OnLost,
    /** Called when writing works again, with what was lost meanwhile. */
    private readonly onRecovered: OnLost = () => undefined,
  ) {
    this.#sink = stream === undefined ? fileSink(descriptor) : streamSink(stream);
  }

  /** Takes one line, newline included. */
  write(line: string): void {
    if (this.#length + (this.#writing?.length ?? 0) + line.length > LIMITS.logBufferBytes)
      return this.#lose(1, OVERFLOW);
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= CHUNK_CHARACTERS) this.#writeNext();
    else this.#writeLater();
  }

  /** Writes what waits before it returns, or loses it: for the end of the process. */
  flushSync(): void {
    const stuck = this.stream !== undefined && this.stream.writableLength > 0;
    let rest = this.#take();
    if (stuck) return this.#loseChunk(rest, 'EAGAIN');
    for (let tries = 0; rest.length > 0 && tries < BUSY_TRIES_AT_END;) {
      try {
        rest = rest.subarray(writeSync(this.descriptor, rest));
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        if (!isBusy(code)) return this.#loseChunk(rest, code);
        tries++;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
      }
    }
    this.#loseChunk(rest, 'EAGAIN');
  }

  #writeLater(): void {
    if (this.#length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writeNext();
    }, FLUSH_MS).unref();
  }

  #writeNext(): void {
    if (this.#writing !== undefined || this.#length === 0) return;
    this.#write(this.#take());
  }

  #write(chunk: Buffer): void {
    this.#writing = chunk;
    this.#sink(chunk, (error, written) => {
      if (error) return this.#failed(chunk, error.code ?? error.name);
      if (written < chunk.length) {
        this.#torn = chunk[written - 1] !== NEWLINE;
        return this.#write(chunk.subarray(written));
      }
      this.#torn = false;
      this.#writing = undefined;
      this.#recovered();
      if (this.#length >= CHUNK_CHARACTERS) this.#writeNext();
      else this.#writeLater();
    });
  }

  #failed(chunk: Buffer, code: string): void {
    if (isBusy(code)) return void setTimeout(() => this.#write(chunk), BUSY_MS).unref();
    this.#writing = undefined;
    this.#loseChunk(chunk, code);
    this.#writeLater();
  }

  #take(): Buffer {
    const text = (this.#torn ? '\n' : '') + this.#lines.join('');
    this.#lines = [];
    this.#length = 0;
    return Buffer.from(text, 'utf8');
  }

  #loseChunk(chunk: Buffer, reason: string): void {
    let lines = 0;
    for (const byte of chunk) if (byte === NEWLINE) lines++;
    if (lines > 0) this.#lose(lines, reason);
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    this.#reason = reason;
    this.onLost(lines, reason);
  }

  #recovered(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.onRecovered(lost, this.#reason);
  }
}

/** Whether a descriptor has to be written through the process's stream for it: a full one would hold up a thread for ever. */
export function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

function fileSink(descriptor: number): Sink {
  return (chunk, done) => write(descriptor, chunk, done);
}

function streamSink(stream: Writable): Sink {
  return (chunk, done) => void stream.write(chunk, (error) => done(error, chunk.length));
}

function isBusy(code: string): boolean {
  return code === 'EAGAIN' || code === 'EBUSY' || code === 'EINTR';
}
