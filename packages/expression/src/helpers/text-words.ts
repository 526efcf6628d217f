import type { Evaluation } from '../evaluation.js';

/** Some of the code units above ASCII that `\s` of patterns means. */
const SPACES: ReadonlySet<number> = new Set(
  [...'\u1680\u2028\u2029\u202f\u205f\u3000'].map((space) => space.charCodeAt(0)),
);

/** Whether `\s` fits a code unit; a pattern would take ten times as long for each. */
export function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  if (code > 0x3000) return code === 0xfeff;
  return code === 0xa0 || (code >= 0x1680 && ((code >= 0x2000 && code <= 0x200a) || SPACES.has(code)));
}

/** Code units put together at a time. */
const CHUNK = 4096;

/** A text in small letters with a capital at its start and after white space, `_` and `-`. */
export function titleCase(evaluation: Evaluation, text: string): string {
  const lower = text.toLowerCase();
  evaluation.checkText(lower.length);
  const pieces: string[] = [];
  let codes: number[] = [];
  let starts = true;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    if (starts && code >= 128) {
      evaluation.charge(1);
      const letter = String.fromCodePoint(lower.codePointAt(at) ?? code);
      const capital = /\p{L}/u.test(letter) ? letter.toUpperCase() : letter;
      for (let unit = 0; unit < capital.length; unit++) codes.push(capital.charCodeAt(unit));
      at += letter.length - 1;
    } else codes.push(starts && code >= 97 && code <= 122 ? code - 32 : code);
    starts = code === 45 || code === 95 || isSpace(code);
    if (codes.length >= CHUNK) {
      pieces.push(String.fromCharCode(...codes));
      codes = [];
    }
  }
  pieces.push(String.fromCharCode(...codes));
  return pieces.join('');
}

/**
 * Characters decomposed at a time. The host sorts the marks of a character in time that grows with the square of their
 * number; which marks there are does not matter here, since all are dropped.
 */
const DECOMPOSED = 64;

/** A text as part of an address: a-z, 0-9 and single hyphens; accents are dropped. */
export function slugOf(evaluation: Evaluation, text: string): string {
  const plain = /^[\0-\x7f]*$/.test(text) ? text : withoutMarks(evaluation, text);
  const words = plain.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return words.slice(words.startsWith('-') ? 1 : 0, words.length > 1 && words.endsWith('-') ? -1 : undefined);
}

function withoutMarks(evaluation: Evaluation, text: string): string {
  const pieces: string[] = [];
  let length = 0;
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + DECOMPOSED, text.length);
    const last = text.charCodeAt(to - 1);
    if (last >= 0xd800 && last < 0xdc00) to = Math.min(to + 1, text.length);
    const piece = text
      .slice(from, to)
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '');
    length += piece.length;
    evaluation.checkText(length);
    evaluation.chargeText(Math.max(0, piece.length - DECOMPOSED));
    pieces.push(piece);
    from = to;
  }
  return pieces.join('');
}
