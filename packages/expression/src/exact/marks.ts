import { bytesToHex, randomBytes } from '@noble/hashes/utils.js';

/**
 * JavaScript cannot be told to write a number with digits of our choice, nor to read one without rounding it (`JSON.rawJSON` and
 * the source of a number in a reviver are not in Node 20). So such a number goes through `JSON` as a text that begins with this
 * mark. It is drawn when the process starts and leaves it never, so that nobody can send a text that looks like one.
 */
const MARK = `number ${bytesToHex(randomBytes(16))} `;
const MARKED_TEXT = new RegExp(`"${MARK}([^"]*)"`, 'g');

/** What takes the place of a mark that stands for a whole text of JSON; digits never begin like this. */
const TEXT = 'text ';

const writing: { active: boolean; met: boolean; texts: string[] } = { active: false, met: false, texts: [] };

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

/** The mark that a text of JSON takes the place of. */
export function markOfText(json: string): string {
  writing.met = true;
  return markOf(`${TEXT}${writing.texts.push(json) - 1}`);
}

/** Runs a `JSON.stringify` that writes marks, and takes them out of what it wrote, which costs nothing when there are none. */
export function writtenWithMarks(write: () => string): string {
  writing.active = true;
  writing.met = false;
  writing.texts = [];
  try {
    return withoutMarks(write());
  } finally {
    writing.active = false;
    writing.texts = [];
  }
}

function withoutMarks(json: string): string {
  const { met, texts } = writing;
  if (!met) return json;
  if (texts.length === 0) return json.replace(MARKED_TEXT, '$1');
  return json.replace(MARKED_TEXT, (_, marked: string) =>
    marked.startsWith(TEXT) ? (texts[Number(marked.slice(TEXT.length))] ?? 'null') : marked,
  );
}
