import { MAIL_LIMITS } from '../limits.js';
import { UnreadableMessageError } from './unreadable-message.error.js';

/** What a server says a part consists of; that of imapflow. */
export interface Structure {
  readonly part?: string | undefined;
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly encoding?: string | undefined;
  readonly disposition?: string | undefined;
  readonly size?: number | undefined;
  readonly childNodes?: readonly Structure[] | undefined;
}

/** A part that has content: a text of the message, or something that is attached to it. */
export interface ContentPart {
  readonly kind: 'text' | 'attachment';
  /** The section that its head is, and its content. */
  readonly head: string;
  readonly name: string;
  readonly type: string;
  readonly encoding: string;
  /** Bytes of its content as it is encoded, as the server announces them. */
  readonly size: number;
}

/** A part that consists of others. */
export interface PartList {
  readonly kind: 'list';
  readonly head: string;
  readonly boundary: string;
  readonly parts: readonly OutlinePart[];
}

/** A message, or a part of it, as it is made up. */
export type OutlinePart = ContentPart | PartList;

/** Those of which the parser makes the text of a message; everything else is attached. */
const TEXT_TYPES: ReadonlySet<string> = new Set(['text/plain', 'text/html', 'message/delivery-status']);

/** How a message is made up, by what its server says. Throws UnreadableMessageError when that breaks the limits of what it may consist of. */
export function outlineOf(structure: Structure): OutlinePart {
  let count = 0;
  const outlined = (part: Structure, depth: number): OutlinePart => {
    if (++count > MAIL_LIMITS.parts) throw new UnreadableMessageError(`It has more than ${MAIL_LIMITS.parts} parts`);
    if (depth > MAIL_LIMITS.partDepth)
      throw new UnreadableMessageError(`It has more than ${MAIL_LIMITS.partDepth} parts inside of each other`);
    const head = part.part === undefined ? 'HEADER' : `${part.part}.MIME`;
    if (!part.type.startsWith('multipart/')) return contentPart(part, head);
    const boundary = part.parameters?.['boundary'] ?? '';
    if (boundary === '') throw new UnreadableMessageError('Its parts cannot be separated from each other');
    if (boundary.length > MAIL_LIMITS.boundaryCharacters)
      throw new UnreadableMessageError('What separates its parts is too long');
    return { kind: 'list', head, boundary, parts: (part.childNodes ?? []).map((child) => outlined(child, depth + 1)) };
  };
  return outlined(structure, 0);
}

function contentPart({ part, type, encoding = '', disposition = '', size = 0 }: Structure, head: string): ContentPart {
  const isText = TEXT_TYPES.has(type) && (disposition === '' || disposition === 'inline');
  const kind = isText ? 'text' : 'attachment';
  return { kind, head, name: part ?? 'TEXT', type, encoding, size };
}

/** All parts of a message that have content, in their order. */
export function contentParts(outline: OutlinePart): ContentPart[] {
  return outline.kind === 'list' ? outline.parts.flatMap(contentParts) : [outline];
}

/** Whether anything is attached to a message, by what its server says. Throws UnreadableMessageError as {@link outlineOf} does. */
export function hasAttachment(structure: Structure): boolean {
  return contentParts(outlineOf(structure)).some(({ kind }) => kind === 'attachment');
}

/** A line that separates parts of a message, and the one behind the last of them. */
export function delimiters({ boundary }: PartList): { readonly between: Buffer; readonly last: Buffer } {
  const [between, last] = [`\r\n--${boundary}\r\n`, `\r\n--${boundary}--\r\n`];
  return { between: Buffer.from(between, 'latin1'), last: Buffer.from(last, 'latin1') };
}

/** Bytes of all lines that separate parts of a message. */
export function delimiterBytes(outline: OutlinePart): number {
  if (outline.kind !== 'list') return 0;
  const { between, last } = delimiters(outline);
  return outline.parts.reduce((sum, part) => sum + between.length + delimiterBytes(part), last.length);
}

/** The heads of a message and of all its parts. */
export function headsOf(outline: OutlinePart): string[] {
  return [outline.head, ...(outline.kind === 'list' ? outline.parts.flatMap(headsOf) : [])];
}
