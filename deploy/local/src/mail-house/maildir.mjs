import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { HOUSE_LIMITS } from './limits.mjs';

/**
 * A message that is kept.
 *
 * @typedef {object} Kept
 * @property {string} id         stays the same for as long as the message is kept
 * @property {string} file       path; a mail reader that marks the message changes it
 * @property {number} bytes
 * @property {string} receivedAt ISO 8601
 */

/**
 * Names of files: as Dovecot makes them, whose readers add `:2,` and flags. The part before the comma is the id.
 */
const FILE_NAME = /^((\d{10})\.M(\d{6})P\d+Q\d{6}\.[a-z]+),S=(\d+)(?:,W=\d+)?(?::2,[A-Za-z]*)?$/;

/** Why a message is not kept, as an SMTP server says it. */
export class Refusal extends Error {
  /**
   * @param {number} responseCode
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(responseCode, message, cause) {
    super(message, { cause });
    this.responseCode = responseCode;
  }
}

/**
 * Messages as files in a folder in maildir form, so that any mail server or reader can serve them too. The oldest go when there
 * are too many. Nothing is held in memory: what other programs do to the folder is seen at once.
 */
export class Maildir {
  #folder;
  #limits;
  #count = 0;

  /**
   * @param {string} folder
   * @param {typeof HOUSE_LIMITS} [limits]
   */
  constructor(folder, limits = HOUSE_LIMITS) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Makes the folder if need be, and removes what was half written when the program before this one ended. */
  async open() {
    rmSync(join(this.#folder, 'tmp'), { recursive: true, force: true });
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(this.#folder, part), { recursive: true, mode: 0o700 });
    await this.#removeOldest();
  }

  /**
   * All messages, the newest first.
   *
   * @returns {Kept[]}
   */
  list() {
    const kept = ['new', 'cur'].flatMap((part) =>
      readdirSync(join(this.#folder, part)).flatMap((name) => {
        const [, id, seconds, microseconds, bytes] = FILE_NAME.exec(name) ?? [];
        if (id === undefined) return [];
        const receivedAt = new Date(Number(seconds) * 1_000 + Number(microseconds) / 1_000).toISOString();
        return [{ id, file: join(this.#folder, part, name), bytes: Number(bytes), receivedAt }];
      }),
    );
    return kept.sort((one, other) => (one.id < other.id ? 1 : -1));
  }

  /**
   * @param {string} id
   * @returns {Kept | undefined}
   */
  find(id) {
    return this.list().find((each) => each.id === id);
  }

  /**
   * Keeps a message. When this resolves it is on disk. `content` is read to its end also when the message is refused, since an
   * SMTP client listens for the reply only then.
   *
   * @param {string} head lines that go before the message
   * @param {AsyncIterable<Buffer>} content
   * @returns {Promise<string>} its id
   * @throws {Refusal}
   */
  async deliver(head, content) {
    const id = this.#newId();
    const draft = join(this.#folder, 'tmp', id);
    try {
      const bytes = await this.#write(draft, head, content);
      await rename(draft, join(this.#folder, 'new', `${id},S=${bytes}`)).catch(refuse);
      await synced(join(this.#folder, 'new')).catch(refuse);
    } finally {
      await rm(draft, { force: true });
    }
    await this.#removeOldest();
    return id;
  }

  /**
   * @param {string} draft
   * @param {string} head
   * @param {AsyncIterable<Buffer>} content
   * @returns {Promise<number>} bytes of the file
   */
  async #write(draft, head, content) {
    /** @type {{ file?: import('node:fs/promises').FileHandle, failure?: unknown }} */
    const state = {};
    const attempt = async (/** @type {() => Promise<void> | undefined} */ action) => {
      if (state.failure !== undefined) return;
      try {
        await action();
      } catch (error) {
        state.failure = error;
      }
    };
    let received = 0;
    try {
      await attempt(() => this.#checkRoom());
      await attempt(async () => {
        state.file = await open(draft, 'wx', 0o600);
      });
      await attempt(() => state.file?.writeFile(head));
      for await (const chunk of content) {
        received += chunk.length;
        if (received > this.#limits.messageBytes) state.failure ??= tooLarge(this.#limits.messageBytes);
        await attempt(() => state.file?.writeFile(chunk));
      }
      await attempt(() => state.file?.sync());
    } finally {
      await state.file?.close();
    }
    if (state.failure !== undefined) refuse(state.failure);
    return Buffer.byteLength(head) + received;
  }

  async #checkRoom() {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < this.#limits.leastFreeBytes) throw new Refusal(452, 'The disk is nearly full');
  }

  async #removeOldest() {
    let [count, bytes] = [0, 0];
    for (const kept of this.list()) {
      count += 1;
      bytes += kept.bytes;
      if (count > this.#limits.keptMessages || bytes > this.#limits.keptBytes) await rm(kept.file, { force: true });
    }
  }

  #newId() {
    const now = Date.now();
    this.#count = (this.#count + 1) % 1_000_000;
    const seconds = String(Math.floor(now / 1_000)).padStart(10, '0');
    const microseconds = String((now % 1_000) * 1_000).padStart(6, '0');
    return `${seconds}.M${microseconds}P${process.pid}Q${String(this.#count).padStart(6, '0')}.millrace`;
  }
}

/** @param {number} bytes */
function tooLarge(bytes) {
  return new Refusal(552, `The message is larger than ${bytes} bytes`);
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function refuse(error) {
  throw error instanceof Refusal ? error : new Refusal(452, 'The message could not be written', error);
}

/** @param {string} folder */
async function synced(folder) {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
