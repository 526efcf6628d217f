import { MAIL_LIMITS } from '../limits.js';

/** Who waits for room. */
interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly admit: () => void;
}

/** Other messages have taken all the room, and have not given it back for as long as one may wait. */
export class NoRoomError extends Error {
  constructor() {
    super('There is no room for the message among those that are being read');
    this.name = 'NoRoomError';
  }
}

/**
 * Room for the messages that the process holds: of one organisation a third of it, so that whoever sends many large ones, or
 * has a server that sends them slowly, leaves room for others. The last quarter is kept for organisations that hold nothing: several of
 * the others together leave room as well.
 */
export class HeldBytes {
  #held = 0;
  readonly #ofOwner = new Map<string, number>();
  readonly #waiting: Waiting[] = [];

  constructor(private readonly room: number = MAIL_LIMITS.heldBytes) {}

  /**
   * Resolves once there is room; what it returns gives it back, once. More than an owner may have gets in when it has nothing else. Rejects with the
   * reason of an aborted `signal`, and with {@link NoRoomError} after `roomMs`: then nothing is held, and nothing will be.
   */
  take(owner: string, bytes: number, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const waiting: Waiting = {
        owner,
        bytes,
        admit: () => {
          over.abort();
          resolve(this.#release(owner, bytes));
        },
      };
      const leave = (reason: Error): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        over.abort();
        reject(reason);
      };
      if (signal?.aborted === true) return reject(signal.reason as Error);
      this.#waiting.push(waiting);
      this.#admit();
      if (over.signal.aborted) return;
      signal?.addEventListener('abort', () => leave(signal.reason as Error), { once: true, signal: over.signal });
      const timer = setTimeout(() => leave(new NoRoomError()), MAIL_LIMITS.roomMs).unref();
      over.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    });
  }

  #release(owner: string, bytes: number): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#add(owner, -bytes);
      this.#admit();
    };
  }

  #admit(): void {
    for (let index = 0; index < this.#waiting.length;) {
      const next = this.#waiting[index] as Waiting;
      if (!this.#hasRoom(next)) {
        index++;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#add(next.owner, next.bytes);
      next.admit();
    }
  }

  #hasRoom({ owner, bytes }: Waiting): boolean {
    const own = this.#ofOwner.get(owner) ?? 0;
    if (own > 0) return own + bytes <= this.room / 3 && this.#held + bytes <= (this.room / 4) * 3;
    return this.#held === 0 || this.#held + bytes <= this.room;
  }

  #add(owner: string, bytes: number): void {
    this.#held += bytes;
    const own = (this.#ofOwner.get(owner) ?? 0) + bytes;
    if (own <= 0) this.#ofOwner.delete(owner);
    else this.#ofOwner.set(owner, own);
  }
}

/** Room for the heads of messages, of which a look at a mailbox asks for a window at a time: a server may send as much as they may have, and then nothing more. */
export class HeldHeads extends HeldBytes {
  constructor() {
    super(MAIL_LIMITS.heldHeadBytes);
  }
}
