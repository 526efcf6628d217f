import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { link, open, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { HOUSE_LIMITS } from './limits.js';

/** A message that is kept. */
export interface Kept {
  /** Stays the same for as long as the message is kept. */
  readonly id: string;
  /** Its path; a mail reader that marks the message changes it. */
  readonly file: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly receivedAt: string;
}

/**
 * Names of files: as Dovecot makes them, whose readers add `:2,` and flags. The part before the comma is the id.
 */
const FILE_NAME = /^((\d{10})\.M(\d{6})P\d+Q\d{6}\.[a-z]+),S=(\d+)(?:,W=\d+)?(?::2,[A-Za-z]*)?$/;

type Limits = Readonly<Record<keyof typeof HOUSE_LIMITS, number>>;

/** Why a message is not kept, as an SMTP server says it. */
export class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * Messages as files in a folder in maildir form, so that any mail server or reader can serve them too. The oldest go when there
 * are too many. Nothing is held in memory: what other programs do to the folder is seen at once.
 */
export class Maildir {
  readonly #folder: string;
  readonly #limits: Limits;
  #count = 0;

  constructor(folder: string, limits: Limits = HOUSE_LIMITS) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Makes the folder if need be, and removes what was half written when the program before this one ended. */
  async open(): Promise<void> {
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(this.#folder, part), { recursive: true, mode: 0o700 });
    const drafts = join(this.#folder, 'tmp');
    for (const name of readdirSync(drafts)) rmSync(join(drafts, name), { recursive: true, force: true });
    await this.#removeOldest();
  }

  /** All messages, the newest first. */
  list(): Kept[] {
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

  find(id: string): Kept | undefined {
    return this.list().find((each) => each.id === id);
  }

  /**
   * Keeps a message. When this resolves it is on disk. `content` is read to its end also when the message is refused, since an
   * SMTP client listens for the reply only then.
   *
   * @param head lines that go before the message
   * @param copies others that keep it too, on the same file system
   * @returns its id
   * @throws {Refusal}
   */
  async deliver(head: string, content: AsyncIterable<Buffer>, copies: readonly Maildir[] = []): Promise<string> {
    const id = this.#newId();
    const draft = join(this.#folder, 'tmp', id);
    try {
      const bytes = await this.#write(draft, head, content);
      const name = `${id},S=${bytes}`;
      for (const each of copies) await link(draft, each.#unread(name)).catch(refuse);
      await rename(draft, this.#unread(name)).catch(refuse);
      for (const each of [this, ...copies]) await synced(each.#unread()).catch(refuse);
    } finally {
      await rm(draft, { force: true });
    }
    for (const each of [this, ...copies]) await each.#removeOldest();
    return id;
  }

  /** Where messages are that no reader has seen, or one of them. */
  #unread(name = ''): string {
    return join(this.#folder, 'new', name);
  }

  /** Returns the bytes of the file. */
  async #write(draft: string, head: string, content: AsyncIterable<Buffer>): Promise<number> {
    const state: { file?: FileHandle; failure?: unknown } = {};
    const attempt = async (action: () => Promise<void> | undefined): Promise<void> => {
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
        await this.#giveTo(state.file);
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

  /** Root writes what another user's mail server is to read: that of the folder. */
  async #giveTo(file: FileHandle): Promise<void> {
    if (process.getuid?.() !== 0) return;
    const { uid, gid } = await stat(this.#folder);
    await file.chown(uid, gid);
  }

  async #checkRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < this.#limits.leastFreeBytes) throw new Refusal(452, 'The disk is nearly full');
  }

  async #removeOldest(): Promise<void> {
    let [count, bytes] = [0, 0];
    for (const kept of this.list()) {
      count += 1;
      bytes += kept.bytes;
      if (count > this.#limits.keptMessages || bytes > this.#limits.keptBytes) await rm(kept.file, { force: true });
    }
  }

  #newId(): string {
    const now = Date.now();
    this.#count = (this.#count + 1) % 1_000_000;
    const seconds = String(Math.floor(now / 1_000)).padStart(10, '0');
    const microseconds = String((now % 1_000) * 1_000).padStart(6, '0');
    return `${seconds}.M${microseconds}P${process.pid}Q${String(this.#count).padStart(6, '0')}.millrace`;
  }
}

function tooLarge(bytes: number): Refusal {
  return new Refusal(552, `The message is larger than ${bytes} bytes`);
}

function refuse(error: unknown): never {
  throw error instanceof Refusal ? error : new Refusal(452, 'The message could not be written', error);
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
