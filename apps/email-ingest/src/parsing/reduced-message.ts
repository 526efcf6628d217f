import { randomBytes } from 'node:crypto';
import type { LargeMessage } from '../imap/large-message.js';
import { decoded } from '../imap/transfer-decoding.js';
import { MAIL_LIMITS } from '../limits.js';
import {
  contentParts,
  delimiterBytes,
  delimiters,
  headsOf,
  outlineOf,
  type ContentPart,
  type OutlinePart,
} from './message-outline.js';
import type { ReadMessage } from './message-parser.js';
import { PartContent } from './part-content.js';
import { UnreadableMessageError } from './unreadable-message.error.js';

/** Those of base64, four at a time, so that a mark may be decoded and made again. */
const MARK_CHARACTERS = 32;
const NONCE_CHARACTERS = 24;

/**
 * A large message with a mark in the place of each attachment, for the parser that reads small ones apart: so what a workflow is given is the
 * same, however large the message is.
 */
export class ReducedMessage {
  private constructor(
    readonly source: Buffer,
    private readonly message: LargeMessage,
    private readonly marked: ReadonlyMap<string, ContentPart>,
    /** Members of the message whose text is not all there. */
    private readonly cut: ReadonlySet<string>,
  ) {}

  /** Fetches heads and texts. Throws UnreadableMessageError, and what a {@link LargeMessage} throws. */
  static async of(message: LargeMessage): Promise<ReducedMessage> {
    const outline = outlineOf(await message.structure());
    const heads = await message.heads(headsOf(outline));
    const parts = contentParts(outline);
    // As much as its attachments have in marks, and no more than `assembled` makes of it all.
    const marks = parts.filter(({ kind }) => kind === 'attachment').length * MARK_CHARACTERS;
    let room = MAIL_LIMITS.reducedBytes - bytesOf(heads.values()) - delimiterBytes(outline) - marks;
    if (room < 0) throw new UnreadableMessageError('Its headers and what separates its parts are too large');
    const contents = new Map<ContentPart, Buffer>();
    const marked = new Map<string, ContentPart>();
    const cut = new Set<string>();
    // Nobody who writes a message knows it.
    const nonce = randomBytes(NONCE_CHARACTERS / 2).toString('hex');
    for (const part of parts) {
      if (part.kind === 'attachment') {
        const mark = `${nonce}${String(marked.size).padStart(MARK_CHARACTERS - NONCE_CHARACTERS, '0')}`;
        marked.set(mark, part);
        contents.set(part, Buffer.from(mark));
        continue;
      }
      const text = await textOf(message, part, room);
      room -= text.length;
      if (text.length < part.size && room <= 0) cut.add(part.type === 'text/html' ? 'html' : 'text');
      contents.set(part, text);
    }
    return new ReducedMessage(Buffer.concat(assembled(outline, heads, contents)), message, marked, cut);
  }

  /** What the parser has made of it, with the attachments in the place of their marks. Throws UnreadableMessageError. */
  restored({ message, contents }: ReadMessage): ReadMessage {
    let found = 0;
    const restored = contents.map((content) => {
      const attached = content instanceof Uint8Array ? this.#attached(content) : undefined;
      if (attached !== undefined) found++;
      return attached ?? content;
    });
    // Otherwise something that is attached would be missing, or a mark would be in the text.
    if (found < this.marked.size && contents.length < MAIL_LIMITS.attachments)
      throw new UnreadableMessageError('It does not consist of what its mail server says');
    const cut = found < contents.length && this.cut.size > 0 ? [...this.cut, 'attachments'] : this.cut;
    return { message: { ...message, truncated: [...new Set([...message.truncated, ...cut])] }, contents: restored };
  }

  /** The attachment that a mark stands for. Where the parser has decoded the mark, it would have decoded the content. */
  #attached(content: Uint8Array): PartContent | undefined {
    if (content.length > MARK_CHARACTERS) return undefined;
    const text = Buffer.from(content).toString('latin1');
    const asBase64 = this.marked.get(Buffer.from(content).toString('base64'));
    const part = asBase64 ?? this.marked.get(text);
    if (part === undefined) return undefined;
    const quoted = part.encoding === 'quoted-printable' ? part.encoding : '';
    const encoding = asBase64 === undefined ? quoted : 'base64';
    return new PartContent(part, () => decoded(encoding, this.message.content(part.name, part.size)));
  }
}

async function textOf(message: LargeMessage, part: ContentPart, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  if (part.size > 0 && most > 0)
    for await (const piece of message.content(part.name, part.size, most)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function assembled(
  part: OutlinePart,
  heads: ReadonlyMap<string, Buffer>,
  contents: ReadonlyMap<ContentPart, Buffer>,
): Buffer[] {
  const head = wholeHead(heads.get(part.head) ?? Buffer.alloc(0));
  if (part.kind !== 'list') return [head, contents.get(part) ?? Buffer.alloc(0)];
  const { between, last } = delimiters(part);
  const parts = part.parts.flatMap((one) => [between, ...assembled(one, heads, contents)]);
  return [head, ...parts, last];
}

/** With the empty line that ends it. */
function wholeHead(head: Buffer): Buffer {
  const text = head.toString('latin1');
  if (/(^|\n)\r?\n$/.test(text)) return head;
  return Buffer.concat([head, Buffer.from(text === '' || text.endsWith('\n') ? '\r\n' : '\r\n\r\n')]);
}

function bytesOf(buffers: Iterable<Buffer>): number {
  let bytes = 0;
  for (const { length } of buffers) bytes += length;
  return bytes;
}
