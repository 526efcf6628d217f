import { bytesToHex, randomBytes } from '@noble/hashes/utils.js';

/**
 * JavaScript cannot be told to write a number with digits of our choice, nor to read one without rounding it (`JSON.rawJSON` and
 * the source of a number in a reviver are not in Node 20). So such a number goes through `JSON` as a text that begins with this
 * mark. It is drawn when the process starts and leaves it never, so that nobody can send a text that looks like one.
 */
const MARK = `number ${bytesToHex(randomBytes(16))} `;
const MARKED_TEXT = new RegExp(`"${MARK}([^"]*)"`, 'g');

const writing = { active: false, met: false };

export function markOf(text: string): string {
  return MARK + text;
}

/** The number's text in a marked one; undefined for every other text. */
export function unmarked(text: string): string | undefined {
  return text.startsWith(MARK) ? text.slice(MARK.length) : undefined;
}

export function isWriting(): boolean {
  return writing.active;
}

/** Says that a mark was written. */
export function noteMet(): void {
  writing.met = true;
}

/** Runs a `JSON.stringify` that writes marks, and takes them out of what it wrote, which costs nothing when there are none. */
export function writtenWithMarks(write: () => string): string {
  writing.active = true;
  writing.met = false;
  try {
    const json = write();
    return writing.met ? json.replace(MARKED_TEXT, '$1') : json;
  } finally {
    writing.active = false;
  }
}
