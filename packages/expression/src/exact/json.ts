import { ExactNumber, isKept } from './exact-number.js';
import { markOf, unmarked, writtenWithMarks } from './marks.js';

/**
 * A text that holds a number which a double would change has one with so many digits, or an exponent of so many. That is looked for
 * first, since most texts have none. It may be found inside a string too; what follows decides.
 */
const LONG = 16;
const LARGE_EXPONENT = /\d[eE][+-]?\d{3}/;
/** Such a number, whole. Most of those that are found are long doubles, such as 0.30000000000000004, which are kept. */
const CANDIDATES = /[:,[\s](-?\d[\d.]{15,}(?:[eE][+-]?\d+)?|-?\d[\d.]*[eE][+-]?\d{3,})/g;
/** Characters of the shortest such number, `1e309`. */
const SHORTEST = 5;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DOT = 0x2e;

/**
 * `JSON.parse` that keeps every number: one that a double would change becomes an {@link ExactNumber}. A text without such
 * numbers costs a search for one, nothing more; each of them costs many times what a double does, so `mostExact` bounds them where a stranger has written
 * the text, and `counted` gets how many there were. Bound depth and size before, as for `JSON.parse`. Throws SyntaxError and {@link TooManyExactNumbersError}.
 */
export function parseJson(text: string, mostExact = Infinity, counted?: (exact: number) => void): unknown {
  if (!mayHoldExact(text)) return JSON.parse(text) as unknown;
  const marked = withMarks(text, mostExact, counted);
  if (marked === text) return JSON.parse(text) as unknown;
  let value: unknown;
  try {
    value = JSON.parse(marked);
  } catch {
    // The text as it came fails too, with positions that mean something.
    return JSON.parse(text) as unknown;
  }
  return withoutMarks(value);
}

/** `JSON.stringify` that writes an {@link ExactNumber} with all its digits. */
export function stringifyJson(
  value: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
  indent?: number,
): string {
  return writtenWithMarks(() => JSON.stringify(value, replacer, indent));
}

function mayHoldExact(text: string): boolean {
  if (hasLongRun(text) || LARGE_EXPONENT.test(text)) {
    for (const [, number = ''] of text.matchAll(CANDIDATES)) if (!isKept(number)) return true;
  }
  // A text that is nothing but a number has no sign before it.
  return text.length >= SHORTEST && startsNumber(text.charCodeAt(0));
}

/**
 * Whether so many digits are in a row, where a number may be. A row of them has one at a place that is looked at, so that fifteen of sixteen
 * characters are not, nor is a row looked at twice.
 */
function hasLongRun(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isOfRun(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && isOfRun(text.charCodeAt(start - 1))) start--;
    let end = at + 1;
    while (end < text.length && isOfRun(text.charCodeAt(end))) end++;
    if (end - start >= LONG && beginsNumber(text, start)) return true;
    at = end;
  }
  return false;
}

/** Digits, and the point between them. */
function isOfRun(code: number): boolean {
  return isDigit(code) || code === DOT;
}

/** Whether a number may begin there: behind what is before one in an array or object. */
function beginsNumber(text: string, start: number): boolean {
  return /[:,[\s]-?$/.test(text.slice(Math.max(0, start - 2), start));
}

function startsNumber(code: number): boolean {
  return code === MINUS || isDigit(code);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A JSON text has more numbers that a double would change than it may. */
export class TooManyExactNumbersError extends Error {
  constructor(readonly most: number) {
    super(`It has more than ${most} numbers that need more digits than a double has; write them as texts`);
    this.name = 'TooManyExactNumbersError';
  }
}

/** The text with each number that a double would change as a marked string. Throws TooManyExactNumbersError. */
function withMarks(json: string, most: number, counted: ((exact: number) => void) | undefined): string {
  const parts: string[] = [];
  let left = most;
  let copied = 0;
  let at = 0;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = afterString(json, at + 1);
    else if (startsNumber(code)) {
      const end = afterNumber(json, at + 1);
      if (isExact(json, at, end)) {
        if (--left < 0) throw new TooManyExactNumbersError(most);
        parts.push(json.slice(copied, at), `"${markOf(json.slice(at, end))}"`);
        copied = end;
      }
      at = end;
    } else at++;
  }
  if (copied === 0) return json;
  counted?.(parts.length / 2);
  parts.push(json.slice(copied));
  return parts.join('');
}

function isExact(json: string, start: number, end: number): boolean {
  if (end - start < SHORTEST) return false;
  const text = json.slice(start, end);
  // A string may be the name of a member, which a number may not.
  return !isKept(text) && NUMBER.test(text) && !isName(json, end);
}

function isName(json: string, end: number): boolean {
  let at = end;
  while (/[ \t\r\n]/.test(json.charAt(at))) at++;
  return json.charCodeAt(at) === COLON;
}

/** Behind the closing quote of the string that begins at `start`, or the end of the text. */
function afterString(json: string, start: number): number {
  for (let at = json.indexOf('"', start); at >= 0; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - backslashes > start && json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return json.length;
}

function afterNumber(json: string, start: number): number {
  let at = start;
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at);
    const inside = isDigit(code) || code === DOT || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS;
    if (!inside) break;
  }
  return at;
}

/** Puts numbers in the places of marked strings. In place, and without recursion: the depth was the sender's choice. */
function withoutMarks(root: unknown): unknown {
  const holder = { root };
  const pending: object[] = [holder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Array.isArray(next)) {
      numbersIn(next, pending);
      continue;
    }
    const current = next as Record<string, unknown>;
    // Each key is an own one already, so that assigning to it changes no prototype, whatever its name.
    for (const key of Object.keys(current)) {
      const item = current[key];
      if (typeof item === 'object' && item !== null) pending.push(item);
      else if (typeof item === 'string') {
        const text = unmarked(item);
        if (text !== undefined) current[key] = new ExactNumber(text);
      }
    }
  }
  return holder.root;
}

/** The same for an array, whose indices are no keys to be listed: there may be a million. */
function numbersIn(items: unknown[], pending: object[]): void {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (typeof item === 'object' && item !== null) pending.push(item);
    else if (typeof item === 'string') {
      const text = unmarked(item);
      if (text !== undefined) items[index] = new ExactNumber(text);
    }
  }
}
