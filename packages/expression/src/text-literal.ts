import { Fault } from './errors.js';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['/', '/'],
]);

/** Decodes the escapes of `source[start, end)`, the inside of a quoted text. */
export function decodeText(source: string, start: number, end: number): string {
  let result = '';
  let from = start;
  for (let at = start; at < end; at++) {
    if (source.charCodeAt(at) !== 92) continue;
    result += source.slice(from, at);
    const letter = source.charAt(at + 1);
    const simple = ESCAPES.get(letter);
    if (simple !== undefined) {
      result += simple;
      at += 1;
    } else if (letter === 'u' && at + 6 <= end && /^[0-9a-fA-F]{4}$/.test(source.slice(at + 2, at + 6))) {
      result += String.fromCharCode(parseInt(source.slice(at + 2, at + 6), 16));
      at += 5;
    } else {
      throw new Fault('E_SYNTAX', `unknown escape \\${letter} in a text`, at, Math.min(at + 2, end), {
        hint: 'allowed are \\n \\t \\r \\\\ \\" \\\' \\/ and \\uXXXX; write \\\\ for a backslash',
      });
    }
    from = at + 1;
  }
  return result + source.slice(from, end);
}

/** Writes a text as a literal that reads back as itself; with `inside`, also within a quoted text of a condition. */
export function encodeText(text: string, quote: '"' | "'", inside = false): string {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const code = text.charCodeAt(at);
    const isQuote = character === '"' || character === "'";
    if (character === '\n') result += '\\n';
    else if (character === '\t') result += '\\t';
    else if (character === '\r') result += '\\r';
    else if (character === '\\') result += '\\\\';
    else if (character === quote && !inside) result += `\\${quote}`;
    else if (
      (isQuote && inside) ||
      code < 32 ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0xd800 && code < 0xe000) ||
      (character === '{' && text.charAt(at - 1) === '{')
    ) {
      result += `\\u${code.toString(16).padStart(4, '0')}`;
    } else result += character;
  }
  return `${quote}${result}${quote}`;
}
