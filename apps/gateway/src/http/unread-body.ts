import { LIMITS } from '@millrace/contracts';
import type { Request, RequestHandler } from 'express';
import { announcedLength, hasBody } from './read-body.js';

/**
 * What happens to a body that nobody read when its answer goes out: a small one is taken off the connection and thrown
 * away, so that the client sees the response and the connection stays open; beyond LIMITS.discardedBodyBytes, LIMITS.discardedBodyPieces
 * or `timeoutMs` it is closed. Node would throw away any amount, however long it takes.
 */
export function discardUnreadBody(timeoutMs: number): RequestHandler {
  return (request, response, next) => {
    if (hasBody(request)) response.once('prefinish', () => discardRest(request, timeoutMs));
    // Who waits for "100 Continue" and was refused may never send the body that the connection is due.
    if (request.headers.expect !== undefined || (announcedLength(request) ?? 0) > LIMITS.discardedBodyBytes)
      response.setHeader('Connection', 'close');
    next();
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
