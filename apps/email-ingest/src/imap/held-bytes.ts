import { MAIL_LIMITS } from '../limits.js';

/** Who waits for room. */
interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Room for the messages that the process holds: of one organisation a third of it, so that whoever sends many large ones, or
 * has a server that sends them slowly, leaves room for others.
 */
export class HeldBytes {
  #held = 0;
  readonly #ofOwner = new Map<string, number>();
  readonly #waiting: Waiting[] = [];

  constructor(private readonly room: number = MAIL_LIMITS.heldBytes) {}

  /** Resolves once there is room; what it returns gives it back, once. More than an owner may have gets in when it has nothing else. */
  take(owner: string, bytes: number): Promise<() => void> {
    return new Promise((resolve) => {
      this.#waiting.push({ owner, bytes, admit: () => resolve(this.#release(owner, bytes)) });
      this.#admit();
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
    if (own > 0 && own + bytes > this.room / 3) return false;
    return this.#held === 0 || this.#held + bytes <= this.room;
  }

  #add(owner: string, bytes: number): void {
    this.#held += bytes;
    const own = (this.#ofOwner.get(owner) ?? 0) + bytes;
    if (own <= 0) this.#ofOwner.delete(owner);
    else this.#ofOwner.set(owner, own);
  }
}
