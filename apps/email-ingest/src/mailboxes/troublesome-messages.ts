import { MAIL_LIMITS } from '../limits.js';

/**
 * The messages of a mailbox that its server sends too much of, or nothing, or that take too long to read apart. One of them must not hold up all that come after it, so it
 * is passed after some attempts. Outlives the connection, which such a message often ends.
 */
export class TroublesomeMessages {
  #singlyUntil = 0;
  readonly #attempts = new Map<number, number>();

  /** Which of messages to ask for at once, from a place in their order on: alone those among which there is a troublesome one. */
  windowOf(uids: readonly number[], from: number): readonly number[] {
    const isSingle = (uids[from] ?? 0) <= this.#singlyUntil;
    return uids.slice(from, from + (isSingle ? 1 : MAIL_LIMITS.window));
  }

  /**
   * Notes that messages could not be fetched, or one not be read. Returns why to pass the one; or null, when it is to be tried again, or has to be found
   * among several.
   */
  note(uids: readonly number[], failure: Error): string | null {
    const [uid = 0] = uids;
    if (uids.length > 1) {
      this.#singlyUntil = Math.max(...uids);
      return null;
    }
    const attempts = (this.#attempts.get(uid) ?? 0) + 1;
    this.#attempts.set(uid, attempts);
    return attempts < MAIL_LIMITS.messageAttempts ? null : failure.message;
  }

  /** Notes that a message has been dealt with. */
  forget(uid: number): void {
    this.#attempts.delete(uid);
  }

  /** The numbers mean other messages now. */
  clear(): void {
    this.#singlyUntil = 0;
    this.#attempts.clear();
  }
}
