import type { Readable } from 'node:stream';
import { AppError, LIMITS } from '@millrace/contracts';
import { BodyPieces } from './body-pieces.js';

/** How a body is gathered: up to where, what counts it, and what gets the function that ends it early. */
export interface Gathering {
  readonly limitBytes: number;
  readonly grew: (bytes: number) => void;
  readonly onGiveUp: (reject: (error: AppError) => void) => void;
  /** Asked once it has more than `inlinePayloadBytes`: nothing more is taken of it until this resolves; when it rejects, that is the outcome. */
  readonly becameLarge?: () => Promise<void>;
}

/** What a stream gives, as one piece. `isCut`: whether a stream that closes before its end has not given all. */
export function gather(
  source: Readable,
  { limitBytes, grew, onGiveUp, becameLarge }: Gathering,
  isCut: () => boolean,
): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const pieces = new BodyPieces();
    let arrived = 0;
    let wait = becameLarge;
    const holdUp = (until: Promise<void>): void => {
      source.pause();
      until.then(
        () => source.resume(),
        (error: AppError) => settle(() => reject(error)),
      );
    };
    const listeners = {
      data: (piece: Buffer) => {
        if (++arrived > LIMITS.bodyPieces) settle(() => reject(tooManyPieces()));
        else if (pieces.bytes + piece.length > limitBytes) settle(() => reject(tooLarge(limitBytes)));
        else {
          pieces.add(piece);
          grew(piece.length);
          if (wait !== undefined && pieces.bytes > LIMITS.inlinePayloadBytes) {
            holdUp(wait());
            wait = undefined;
          }
        }
      },
      end: () => settle(() => resolve(pieces.whole())),
      error: (error: Error) => settle(() => reject(incomplete(error.message))),
      close: () => {
        if (isCut()) settle(() => reject(incomplete('the connection was closed')));
      },
    };
    const settle = (outcome: () => void): void => {
      for (const [event, listener] of Object.entries(listeners)) source.off(event, listener);
      // An error that comes after the outcome is nobody's any more, but must not be an uncaught one.
      source.on('error', () => undefined);
      // Whoever may still give it up must not keep its pieces.
      onGiveUp(() => undefined);
      outcome();
    };
    onGiveUp((error) => settle(() => reject(error)));
    if (source.destroyed) return reject(incomplete('the connection was closed'));
    for (const [event, listener] of Object.entries(listeners)) source.on(event, listener);
  });
}

/** That a body is larger than its route takes. */
export function tooLarge(limitBytes: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', {
    message: `The request body is larger than ${limitBytes} bytes, the most that this route takes`,
    details: { limit_bytes: limitBytes },
  });
}

/** That a body did not arrive whole. */
export function incomplete(reason: string): AppError {
  return new AppError('INVALID_INPUT', { message: `The request body did not arrive whole: ${reason}` });
}

function tooManyPieces(): AppError {
  return new AppError('INVALID_INPUT', {
    message: `The request body arrives in more than ${LIMITS.bodyPieces} pieces; send it in larger chunks`,
    details: { limit_pieces: LIMITS.bodyPieces },
  });
}
