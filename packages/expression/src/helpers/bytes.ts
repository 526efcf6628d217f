import { Fault } from '../errors.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** UTF-8 bytes of a text; half characters become U+FFFD, as in every browser. */
export function textToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    if (code < 0x80) bytes[length++] = code;
    else {
      if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) bytes[length++] = 0xe0 | (code >> 12);
        else {
          bytes[length++] = 0xf0 | (code >> 18);
          bytes[length++] = 0x80 | ((code >> 12) & 63);
        }
        bytes[length++] = 0x80 | ((code >> 6) & 63);
      }
      bytes[length++] = 0x80 | (code & 63);
    }
  }
  return bytes.slice(0, length);
}

/** The text of UTF-8 bytes. @throws Fault E_VALUE for bytes that are no UTF-8 */
export function bytesToText(bytes: Uint8Array): string {
  const escaped: string[] = [];
  for (const byte of bytes) escaped.push(`%${byte.toString(16).padStart(2, '0')}`);
  try {
    return decodeURIComponent(escaped.join(''));
  } catch {
    throw new Fault('E_VALUE', 'the bytes are no UTF-8 text', -1, -1, { hint: 'files cannot be decoded to text' });
  }
}

/** Base64 with padding. */
export function bytesToBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const left = bytes.length - at;
    parts.push(
      ALPHABET.charAt(bits >> 18) +
        ALPHABET.charAt((bits >> 12) & 63) +
        (left > 1 ? ALPHABET.charAt((bits >> 6) & 63) : '=') +
        (left > 2 ? ALPHABET.charAt(bits & 63) : '='),
    );
  }
  return parts.join('');
}

/** Bytes of Base64 in either alphabet, padding optional, white space skipped. @throws Fault E_VALUE */
export function base64ToBytes(text: string): Uint8Array {
  const digits = text.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/').split('=')[0] ?? '';
  const rest = text.slice(text.indexOf('=') === -1 ? text.length : text.indexOf('='));
  if (digits.length % 4 === 1 || !/^[\s=]*$/.test(rest)) throw notBase64();
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let length = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value === -1) throw notBase64();
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[length++] = (bits >> count) & 255;
    }
  }
  return bytes;
}

function notBase64(): Fault {
  return new Fault('E_VALUE', 'the text is not Base64');
}
