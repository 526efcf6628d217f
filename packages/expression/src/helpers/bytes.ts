import { Fault } from '../errors.js';
import { isSpace } from './text-words.js';

/** What Node and every browser have; the package depends on no host otherwise. */
interface Host {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

const host = globalThis as unknown as Host;
const encoder = new host.TextEncoder();
const decoder = new host.TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const EQUALS = 61;
const NO_DIGIT = 255;

const signs = encoder.encode(ALPHABET);
const digits = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, sign] of signs.entries()) digits[sign] = value;
digits['-'.charCodeAt(0)] = 62;
digits['_'.charCodeAt(0)] = 63;

/** UTF-8 bytes of a text; half characters become U+FFFD, as in every browser. */
export function textToBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes. @throws Fault E_VALUE for bytes that are no UTF-8 */
export function bytesToText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Fault('E_VALUE', 'the bytes are no UTF-8 text', -1, -1, { hint: 'files cannot be decoded to text' });
  }
}

/** Base64 with padding. */
export function bytesToBase64(bytes: Uint8Array): string {
  const written = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(EQUALS);
  const sign = (bits: number): number => signs[bits & 63] ?? 0;
  let length = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    written[length] = sign(bits >> 18);
    written[length + 1] = sign(bits >> 12);
    if (left > 1) written[length + 2] = sign(bits >> 6);
    if (left > 2) written[length + 3] = sign(bits);
    length += 4;
  }
  return decoder.decode(written);
}

/** Bytes of Base64 in either alphabet, padding optional, white space skipped. @throws Fault E_VALUE */
export function base64ToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let read = 0;
  let length = 0;
  let padded = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) continue;
    padded ||= code === EQUALS;
    if (padded && code !== EQUALS) throw notBase64();
    if (padded) continue;
    const digit = digits[code] ?? NO_DIGIT;
    if (digit === NO_DIGIT) throw notBase64();
    bits = ((bits << 6) | digit) & 0xffffff;
    if (read++ % 4 === 0) continue;
    bytes[length++] = (bits >> (((3 - ((read - 1) % 4)) % 4) * 2)) & 255;
  }
  if (read % 4 === 1) throw notBase64();
  return bytes.subarray(0, length);
}

function notBase64(): Fault {
  return new Fault('E_VALUE', 'the text is not Base64');
}
