import { Fault } from './errors.js';
import { type Numeric, numberOf } from './exact/exact-number.js';
import { decodeText } from './text-literal.js';

/** Kinds of tokens; numbers because the lexer runs for every uncached expression. */
export const TOKEN = { end: 0, number: 1, text: 2, name: 3, sign: 4 } as const;

const isNameStart = classify('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$');
const isNamePart = classify('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$0123456789');

function classify(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Characters that people paste without seeing them, and the hint for each. */
const PASTED: ReadonlyMap<number, string> = new Map([
  [0x00a0, 'replace the non-breaking space with a normal one'],
  [0x2018, "use straight quotes: '"],
  [0x2019, "use straight quotes: '"],
  [0x201c, 'use straight quotes: "'],
  [0x201d, 'use straight quotes: "'],
  [0x0060, 'use quotes and + instead of a backtick text'],
]);

/** Reads tokens on demand from `source[position, limit)`; the current token is in the public fields. */
export class Lexer {
  kind: number = TOKEN.end;
  start = 0;
  end = 0;
  /** The sign or name; for a text its decoded characters. */
  text = '';
  number: Numeric = 0;
  /** End of the token before the current one. */
  previousEnd = 0;

  constructor(
    readonly source: string,
    private position: number,
    readonly limit: number,
  ) {
    this.end = position;
  }

  /** Moves to the next token. */
  next(): void {
    const { source, limit } = this;
    let at = this.position;
    this.previousEnd = this.end;
    let code = 0;
    for (; at < limit; at++) {
      code = source.charCodeAt(at);
      if (code !== 32 && (code > 13 || (code !== 10 && code !== 9 && code !== 13))) break;
    }
    this.start = at;
    if (at >= limit) {
      this.kind = TOKEN.end;
      this.text = '';
      this.#finish(at);
    } else if (code < 128 && isNameStart[code] === 1) {
      this.#readName(at);
    } else if (code === 34 || code === 39) {
      this.#readText(at, code);
    } else if (isDigit(code) || (code === 46 && at + 1 < limit && isDigit(source.charCodeAt(at + 1)))) {
      this.#readNumber(at);
    } else {
      this.#readSign(at, code);
    }
  }

  #finish(position: number): void {
    this.end = position;
    this.position = position;
  }

  #readName(start: number): void {
    const { source, limit } = this;
    let at = start + 1;
    for (; at < limit; at++) {
      const code = source.charCodeAt(at);
      if (code >= 128 || isNamePart[code] === 0) break;
    }
    this.kind = TOKEN.name;
    this.text = source.slice(start, at);
    this.#finish(at);
  }

  #readText(start: number, quote: number): void {
    const { source, limit } = this;
    let escaped = false;
    let at = start + 1;
    for (; ; at++) {
      if (at >= limit) throw new Fault('E_SYNTAX', 'the text has no closing quote', start, limit);
      const code = source.charCodeAt(at);
      if (code === quote) break;
      if (code === 92) {
        escaped = true;
        at++;
      }
    }
    this.kind = TOKEN.text;
    this.text = escaped ? decodeText(source, start + 1, at) : source.slice(start + 1, at);
    this.#finish(at + 1);
  }

  #readNumber(start: number): void {
    const { source, limit } = this;
    let at = this.#skipDigits(start);
    if (source.charCodeAt(at) === 46 && isDigit(source.charCodeAt(at + 1)) && at + 1 < limit) {
      at = this.#skipDigits(at + 1);
    }
    const exponent = source.charCodeAt(at);
    if (at < limit && (exponent === 101 || exponent === 69)) {
      const sign = source.charCodeAt(at + 1);
      const digits = sign === 43 || sign === 45 ? at + 2 : at + 1;
      if (digits < limit && isDigit(source.charCodeAt(digits))) at = this.#skipDigits(digits);
    }
    const follows = source.charCodeAt(at);
    if (at < limit && follows < 128 && isNamePart[follows] === 1) {
      throw new Fault('E_SYNTAX', 'a name or digit cannot follow a number directly', start, at + 1);
    }
    const text = source.slice(start, at);
    if (text.length > 1 && text.charCodeAt(0) === 48 && isDigit(text.charCodeAt(1))) {
      throw new Fault('E_SYNTAX', 'a number cannot start with 0', start, at, { hint: 'quote it if it is a text' });
    }
    this.number = numberOf(text.startsWith('.') ? `0${text}` : text);
    this.kind = TOKEN.number;
    this.text = text;
    this.#finish(at);
  }

  #skipDigits(from: number): number {
    let at = from;
    while (at < this.limit && isDigit(this.source.charCodeAt(at))) at++;
    return at;
  }

  #readSign(start: number, code: number): void {
    const sign = this.#signAt(start, code);
    if (sign === '') throw this.#badCharacter(start, code);
    this.kind = TOKEN.sign;
    this.text = sign === '===' ? '==' : sign === '!==' ? '!=' : sign;
    this.#finish(Math.min(start + sign.length, this.limit));
  }

  #signAt(start: number, code: number): string {
    const { source } = this;
    const second = start + 1 < this.limit ? source.charCodeAt(start + 1) : 0;
    switch (code) {
      case 40:
        return '(';
      case 41:
        return ')';
      case 91:
        return '[';
      case 93:
        return ']';
      case 123:
        return '{';
      case 125:
        return '}';
      case 44:
        return ',';
      case 58:
        return ':';
      case 46:
        return '.';
      case 43:
        return '+';
      case 45:
        return '-';
      case 42:
        return '*';
      case 47:
        return '/';
      case 37:
        return '%';
      case 60:
        return second === 61 ? '<=' : '<';
      case 62:
        return second === 61 ? '>=' : '>';
      case 61: {
        if (second === 62) return '=>';
        if (second !== 61) return '=';
        return source.charCodeAt(start + 2) === 61 ? '===' : '==';
      }
      case 33: {
        if (second !== 61) return '!';
        return source.charCodeAt(start + 2) === 61 ? '!==' : '!=';
      }
      case 38:
        return second === 38 ? '&&' : '&';
      case 124:
        return second === 124 ? '||' : '|';
      case 63: {
        if (second === 63) return '??';
        // `a ?.5 : 1` is a choice with a number, not a read.
        return second === 46 && !isDigit(source.charCodeAt(start + 2)) ? '?.' : '?';
      }
      default:
        return '';
    }
  }

  #badCharacter(start: number, code: number): Fault {
    const character = String.fromCodePoint(this.source.codePointAt(start) ?? code);
    const visible = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? ` '${character}'` : '';
    const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    const hint =
      PASTED.get(code) ??
      (code >= 128 ? 'names are made of the letters A-Z, digits, _ and $; use ["…"] for other keys' : undefined);
    const end = start + character.length;
    return new Fault('E_SYNTAX', `the character${visible} (${point}) is not allowed here`, start, end, { hint });
  }
}
