import { promisify } from 'node:util';
import { inflate as inflateOf } from 'node:zlib';

const inflate = promisify(inflateOf);

/** Places of a file that are looked at, of each kind: no model reads a file with so many pages. */
const MOST_PLACES = 5_000;
/** Compressed groups of objects that are opened, and bytes that come of all of them. */
const MOST_GROUPS = 400;
const GROUP_BYTES = 16 * 1024 * 1024;
/** White space behind a name, digits of a count, and the head of a group: no longer than these. */
const NUMBER_BYTES = 20;
const HEAD_BYTES = 1_000;

/**
 * How many pages a PDF has, about; null when that cannot be said. Tables of contents count as well, so that it may say more; a file that means to deceive makes it say less. Reads it as bytes: no
 * more than looking for a few words, and opening the groups in which newer files have their pages. Those are opened beside the process.
 */
export async function pdfPages(content: Uint8Array): Promise<number | null> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  // What is encrypted is opened by nobody here.
  if (bytes.includes('/Encrypt')) return null;
  const pages = [pagesIn(bytes)];
  const groups = placesOf(bytes, '/ObjStm', MOST_GROUPS);
  if (groups === null) return null;
  let room = GROUP_BYTES;
  let end = 0;
  for (const at of groups) {
    const start = contentBegins(bytes, at);
    // Groups come in their order, so that the file is gone through once for all their ends.
    if (start !== null && end < start) end = placeOf(bytes, 'endstream', start);
    if (start === null || end === Infinity) return null;
    const group = await unpacked(bytes.subarray(start, end), room);
    if (group === null) return null;
    pages.push(pagesIn(group));
    room -= group.length;
  }
  const most = Math.max(...pages);
  return most === 0 ? null : most;
}

/** The highest of what its page trees count, and how many pages there are. */
function pagesIn(bytes: Buffer): number {
  const counts = placesOf(bytes, '/Count', MOST_PLACES);
  const objects = placesOf(bytes, '/Page', MOST_PLACES);
  if (counts === null || objects === null) return Infinity;
  let most = objects.filter((at) => isEndOfName(bytes[at + '/Page'.length])).length;
  for (const at of counts) {
    const [, digits = '0'] = /^\s*(\d+)/.exec(textAt(bytes, at + '/Count'.length, NUMBER_BYTES)) ?? [];
    most = Math.max(most, Number(digits));
  }
  return most;
}

/** Where the content of the group at that place begins; null when it does not. */
function contentBegins(bytes: Buffer, at: number): number | null {
  const [beginning] = /^[^]*?stream\r?\n/.exec(textAt(bytes, at, HEAD_BYTES)) ?? [];
  return beginning === undefined ? null : at + beginning.length;
}

/** Where a word is next; infinity when it does not come. */
function placeOf(bytes: Buffer, word: string, from: number): number {
  const at = bytes.indexOf(word, from);
  return at < 0 ? Infinity : at;
}

/** What is in a group of objects; null when it cannot be said, or is more than `room`. */
async function unpacked(packed: Buffer, room: number): Promise<Buffer | null> {
  if (room <= 0) return null;
  try {
    return await inflate(packed, { maxOutputLength: room });
  } catch {
    // Too large, or packed otherwise.
    return null;
  }
}

/** Null for more places than `most`. */
function placesOf(bytes: Buffer, word: string, most: number): number[] | null {
  const places: number[] = [];
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + word.length)) {
    if (places.length === most) return null;
    places.push(at);
  }
  return places;
}

function isEndOfName(byte: number | undefined): boolean {
  return byte === undefined || !/[A-Za-z0-9]/.test(String.fromCharCode(byte));
}

function textAt(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('latin1', at, at + length);
}
