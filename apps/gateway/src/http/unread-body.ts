import { LIMITS } from '@millrace/contracts';
import type { Request, RequestHandler, Response } from 'express';
import { announcedLength, hasBody } from './read-body.js';

/** How much may be thrown away, by the seconds of the clock. */
export class DiscardedBytes {
  #second = 0;
  #bytes = 0;

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts bytes; false when they are too many for this second. */
  take(bytes: number): boolean {
    const second = Math.floor(this.now() / 1_000);
    if (second !== this.#second) [this.#second, this.#bytes] = [second, 0];
    this.#bytes += bytes;
    return this.#bytes <= this.perSecond;
  }
}

/** The process's: one, because there is one memory. */
const discardedBytes = new DiscardedBytes(LIMITS.discardedBytesPerSecond);

/** What an unread body counts with that does not say how long it is. */
const UNKNOWN_BYTES = 256 * 1024;

/**
 * What happens to a body that nobody read when its answer goes out: a small one is taken off the connection and thrown
 * away, so that the client sees the response and the connection stays open; beyond LIMITS.discardedBodyBytes, LIMITS.discardedBodyPieces
 * or `timeoutMs` it is closed. Node would throw away any amount, however long it takes. While others are thrown away at more than
 * LIMITS.discardedBytesPerSecond it is closed with the response, which says so: each piece is memory until the garbage collector comes to it, and whoever shares
 * the connection must not send its next request there.
 */
export function discardUnreadBody(timeoutMs: number, discarded = discardedBytes): RequestHandler {
  return (request, response, next) => {
    if (hasBody(request)) {
      response.once('prefinish', () => discardRest(request, timeoutMs));
      beforeHead(response, () => {
        if (!request.readableEnded && !discarded.take(announcedLength(request) ?? UNKNOWN_BYTES))
          response.setHeader('Connection', 'close');
      });
    }
    // Who waits for "100 Continue" and was refused may never send the body that the connection is due.
    if (request.headers.expect !== undefined || (announcedLength(request) ?? 0) > LIMITS.discardedBodyBytes)
      response.setHeader('Connection', 'close');
    next();
  };
}

/** Node has no event for the moment at which headers can be set for the last time. */
function beforeHead(response: Response, last: () => void): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => Response;
  response.writeHead = (...given: unknown[]) => {
    last();
    return writeHead(...given);
  };
}

function discardRest(request: Request, timeoutMs: number): void {
  if (request.readableEnded) return;
  const timer = setTimeout(() => request.socket.destroy(), timeoutMs).unref();
  request.once('close', () => clearTimeout(timer));
  let left = LIMITS.discardedBodyBytes;
  let pieces = 0;
  request.on('data', (piece: Buffer) => {
    left -= piece.length;
    if (left < 0 || ++pieces > LIMITS.discardedBodyPieces) request.socket.destroy();
  });
  // A reader that gave up has paused it.
  request.resume();
}
