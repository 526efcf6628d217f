import type { NOT_REQUEUED } from '@millrace/contracts';

/** A message that could not be processed, as it is kept. */
export interface StoredDeadLetter {
  /** In the stream of dead letters. */
  readonly sequence: number;
  /** When it was given up. */
  readonly storedAt: Date;
  /** The service that gave it up, and the name of the definition of its message; null when nothing takes such messages any more. */
  readonly group: string | null;
  readonly message: string | null;
  readonly stream: string;
  readonly consumer: string;
  readonly subject: string;
  readonly reason: string;
  readonly deliveries: number;
  /** Size of its payload, in the message or beside it; null when that is not known. */
  readonly bytes: number | null;
  /** Its payload as it was sent. Throws PayloadMissingError, PayloadTooLargeError, AppError('SERVICE_UNAVAILABLE'). */
  readonly read: () => Promise<Uint8Array>;
}

/** Why a dead letter is not put back where it came from. */
export type RequeueRefusal = keyof typeof NOT_REQUEUED;

/** Thrown for a dead letter that cannot go back to where it came from. */
export class RequeueRefusedError extends Error {
  constructor(readonly why: RequeueRefusal) {
    super(`The dead letter is not put back: ${why}`);
    this.name = 'RequeueRefusedError';
  }
}

/** Dead letters, for the service that looks after them. All methods throw AppError('SERVICE_UNAVAILABLE'). */
export interface DeadLetters {
  /** Up to `limit` from a sequence on, oldest first, and whether there are more; fewer when they are large. */
  page(from: number, limit: number): Promise<{ readonly letters: readonly StoredDeadLetter[]; readonly more: boolean }>;
  /** The one of a sequence, or null. */
  find(sequence: number): Promise<StoredDeadLetter | null>;
  /**
   * Puts the one of a sequence back where it came from, and then removes it: it is there once, however often this is called. Null when
   * there is none. Throws {@link RequeueRefusedError}, AppError('STORAGE_FULL').
   */
  requeue(sequence: number): Promise<{ readonly stream: string; readonly subject: string } | null>;
  /** Removes the one of a sequence; false when it is not there. */
  remove(sequence: number): Promise<boolean>;
}
