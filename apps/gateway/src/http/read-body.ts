import type { Transform } from 'node:stream';
import { AppError, LIMITS, shortened } from '@millrace/contracts';
import { workMeter } from '@millrace/messaging';
import { decompressorOf, READ_ENCODINGS } from '@millrace/service-kit/decompressor';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { callerKey } from '../rate-limits/caller-address.js';
import { BodyPieces } from './body-pieces.js';
import { bodyRoom } from './body-room.js';

/** After so long there is room again, as a rule. */
const RETRY_AFTER_SECONDS = 1;

/** Whether the request announces a body, however long. */
export function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || request.headers['content-length'] !== undefined;
}

/** The announced length in bytes, or null when the request does not announce it. */
export function announcedLength(request: Request): number | null {
  if (request.headers['transfer-encoding'] !== undefined) return null;
  const length = Number(request.headers['content-length'] ?? 0);
  return Number.isFinite(length) ? length : null;
}

/**
 * Reads the body of a request, decompressed, up to `limitBytes`. Nothing else reads bodies, and only handlers call this,
 * so a request that was refused before has not cost a byte of memory. Throws PAYLOAD_TOO_LARGE (before it reads, when the
 * length is announced), UNSUPPORTED_MEDIA_TYPE for an unknown compression or transfer coding, INVALID_INPUT when the body does not arrive whole, or in
 * too many pieces, RATE_LIMIT_EXCEEDED when its sender sends too much at once.
 */
export async function readBody(request: Request, response: Response, limitBytes: number): Promise<Buffer> {
  if ((announcedLength(request) ?? 0) > limitBytes) throw tooLarge(limitBytes);
  requireChunks(request.headers['transfer-encoding']);
  const decompressor = knownDecompressor(request.headers['content-encoding']);
  // A client that asked first has sent nothing yet.
  if (request.headers.expect !== undefined) response.writeContinue();
  let giveUp: (error: AppError) => void = () => undefined;
  const owner = ownerOf(request);
  const held = bodyRoom.open(owner, (error) => {
    response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    giveUp(error);
  });
  // What was made of the body is kept until the response has been sent.
  const ended = workMeter.begin(
    `the body of ${request.method} ${request.route ? String((request.route as { path: unknown }).path) : ''}`,
    owner,
  );
  const release = (): void => {
    held.release();
    ended();
  };
  response.once('close', release);
  (request as AuthenticatedRequest).releaseBody = release;
  const collecting = { limitBytes, grew: held.grew, onGiveUp: (reject: typeof giveUp) => (giveUp = reject) };
  try {
    const body = await collect(request, decompressor, collecting);
    await held.arrived();
    return body;
  } catch (error) {
    held.release();
    throw error;
  }
}

/** Who pays for a body: the organisation of the token, else the address that it comes from. */
function ownerOf(request: AuthenticatedRequest): string {
  return request.principal?.organisationId ?? callerKey(request.ip);
}

/** How a body is collected: up to where, what counts it, and what gets the function that ends it early. */
interface Collecting {
  readonly limitBytes: number;
  readonly grew: (bytes: number) => void;
  readonly onGiveUp: (reject: (error: AppError) => void) => void;
}

function collect(
  request: Request,
  decompressor: Transform | null,
  { limitBytes, grew, onGiveUp }: Collecting,
): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const source = decompressor ?? request;
    const pieces = new BodyPieces();
    let arrived = 0;
    const listeners = {
      data: (piece: Buffer) => {
        if (pieces.bytes + piece.length > limitBytes) settle(() => reject(tooLarge(limitBytes)));
        else {
          pieces.add(piece);
          grew(piece.length);
        }
      },
      end: () => settle(() => resolve(pieces.whole())),
      error: (error: Error) => settle(() => reject(incomplete(error.message))),
    };
    // A client that goes away ends neither the request nor what decompresses it.
    const closed = (): void => {
      if (!request.complete) settle(() => reject(incomplete('the connection was closed')));
    };
    const count = (): void => {
      if (++arrived > LIMITS.bodyPieces) settle(() => reject(tooManyPieces()));
    };
    const settle = (outcome: () => void): void => {
      request.off('data', count);
      for (const [event, listener] of Object.entries(listeners)) source.off(event, listener);
      request.off('close', closed);
      // An error that comes after the outcome is nobody's any more, but must not be an uncaught one.
      source.on('error', () => undefined);
      if (decompressor) {
        request.unpipe(decompressor);
        decompressor.destroy();
      }
      outcome();
    };
    onGiveUp((error) => settle(() => reject(error)));
    if (request.destroyed) return reject(incomplete('the connection was closed'));
    for (const [event, listener] of Object.entries(listeners)) source.on(event, listener);
    request.on('data', count).on('close', closed);
    if (decompressor) request.pipe(decompressor);
  });
}

/** Node takes the chunks apart, and leaves any other coding of `Transfer-Encoding` to whoever reads the body. */
function requireChunks(coding: string | undefined): void {
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return;
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `The Transfer-Encoding of a request must be "chunked", not ${shortened(coding)}; compressed bodies have a Content-Encoding`,
    details: { transfer_encoding: shortened(coding) },
  });
}

function knownDecompressor(encoding: string | undefined): Transform | null {
  const decompressor = decompressorOf(encoding);
  if (decompressor !== undefined) return decompressor;
  const shown = shortened(encoding ?? '');
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `A request body may be compressed with one of ${READ_ENCODINGS}, not ${shown}`,
    details: { content_encoding: shown },
  });
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', {
    message: `The request body is larger than ${limitBytes} bytes, the most that this route takes`,
    details: { limit_bytes: limitBytes },
  });
}

function tooManyPieces(): AppError {
  return new AppError('INVALID_INPUT', {
    message: `The request body arrives in more than ${LIMITS.bodyPieces} pieces; send it in larger chunks`,
    details: { limit_pieces: LIMITS.bodyPieces },
  });
}

function incomplete(reason: string): AppError {
  return new AppError('INVALID_INPUT', { message: `The request body did not arrive whole: ${reason}` });
}
