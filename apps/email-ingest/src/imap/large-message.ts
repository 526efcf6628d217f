import type { MessageStructureObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { moreThanAPiece } from './about-messages.js';
import type { ImapConnection } from './imap-connection.js';
import { ImapFailure } from './imap-failure.error.js';
import type { WantedSection } from './wanted-sections.js';

/** A message is no longer where it was. */
export class MessageGoneError extends Error {
  constructor() {
    super('The message is gone');
    this.name = 'MessageGoneError';
  }
}

/** Bytes by which a part may be smaller than announced: some servers count line ends twice. */
function mostMissing(size: number): number {
  return Math.min(MAIL_LIMITS.pieceBytes, Math.max(1024, size / 10));
}

/** What a server may take for a message of so many bytes. */
function mostMilliseconds(size: number): number {
  const { largeMs, largeBytesPerSecond } = MAIL_LIMITS;
  return Math.round(largeMs + (size / largeBytesPerSecond) * 1_000);
}

/** Heads that are asked for at once: all of them together are no more than a server may send in one response. */
const HEADS_AT_ONCE = 12;

/**
 * A message that is too large to be held, of which sections are fetched. What it may take of the server's time, and of bytes, counts over all of
 * them. All methods reject with {@link ImapFailure}, of kind `message` where the server sends nothing or too much, and {@link MessageGoneError}.
 */
export class LargeMessage {
  #milliseconds = 0;
  #bytes = 0;

  /** `size`: its bytes, as the server announces it. `onProgress` is called whenever the server has responded. */
  constructor(
    private readonly connection: Pick<ImapConnection, 'structure' | 'sections' | 'present'>,
    private readonly message: { readonly uid: number; readonly size: number },
    private readonly onProgress: () => void = () => undefined,
  ) {}

  async structure(): Promise<MessageStructureObject> {
    const structure = await this.#timed(() => this.connection.structure(this.message.uid));
    return structure ?? this.#missing('what the message consists of');
  }

  /**
   * The heads of parts by their names; of one that has none an empty one. A head that is too long is cut just beyond, and of heads that
   * are too much together the rest is left out.
   */
  async heads(names: readonly string[]): Promise<Map<string, Buffer>> {
    const heads = new Map<string, Buffer>();
    for (let from = 0; from < names.length && this.#bytes <= MAIL_LIMITS.reducedBytes; from += HEADS_AT_ONCE) {
      const wanted = names
        .slice(from, from + HEADS_AT_ONCE)
        .map((name) => ({ name, start: 0, length: MAIL_LIMITS.headBytes + 1 }));
      const found = await this.#sections(wanted);
      if (found.size === 0) await this.#missing('the header of a part of the message');
      for (const { name } of wanted) heads.set(name, found.get(name) ?? Buffer.alloc(0));
    }
    return heads;
  }

  /**
   * The content of a part as it is encoded, of `size` bytes as the server announces it, or the first `most` of them. It ends where the server
   * has no more: that it sends less than it was asked for is no end.
   */
  async *content(name: string, size: number, most: number = Infinity): AsyncGenerator<Buffer> {
    for (let start = 0; start < most;) {
      const length = Math.min(MAIL_LIMITS.partPieceBytes, most - start);
      const piece = (await this.#sections([{ name, start, length }])).get(name);
      if (piece === undefined || piece.length === 0) return await this.#ended(start, size);
      start += piece.length;
      if (start > size + MAIL_LIMITS.pieceBytes)
        throw new ImapFailure(`The mail server announced a part of ${size} bytes and sends more`, 'message');
      yield piece;
      if (piece.length < length && start === size) return;
    }
  }

  /** A part ends without an error when the message is deleted under it, and before its end where a server has lost the rest. */
  async #ended(bytes: number, size: number): Promise<void> {
    if (bytes >= size) return;
    await this.#requirePresent();
    if (bytes === 0) throw new ImapFailure('The mail server does not send a part of the message', 'message');
    if (size - bytes > mostMissing(size))
      throw new ImapFailure(`The mail server announced a part of ${size} bytes and sends only ${bytes}`, 'message');
  }

  async #missing(what: string): Promise<never> {
    await this.#requirePresent();
    throw new ImapFailure(`The mail server does not send ${what}`, 'message');
  }

  async #requirePresent(): Promise<void> {
    if ((await this.#timed(() => this.connection.present([this.message.uid]))).length === 0)
      throw new MessageGoneError();
  }

  async #sections(wanted: readonly WantedSection[]): Promise<Map<string, Buffer>> {
    const { largeMessageBytes } = MAIL_LIMITS;
    if (this.#bytes > largeMessageBytes)
      throw new ImapFailure(`The mail server sends more than ${largeMessageBytes} bytes of the message`, 'message');
    const found = await this.#timed(() => this.connection.sections(this.message.uid, wanted));
    for (const { name, length } of wanted) {
      const bytes = found.get(name)?.length ?? 0;
      if (bytes > length) throw moreThanAPiece();
      this.#bytes += bytes;
    }
    return found;
  }

  /** Every command goes through it. */
  async #timed<T>(command: () => Promise<T>): Promise<T> {
    const most = mostMilliseconds(this.message.size);
    if (this.#milliseconds > most)
      throw new ImapFailure(`The mail server takes more than ${most} ms to send the message`, 'message');
    const began = performance.now();
    try {
      const response = await command();
      this.onProgress();
      return response;
    } finally {
      // Not that of who works with what was sent: it waits for the store.
      this.#milliseconds += performance.now() - began;
    }
  }
}
