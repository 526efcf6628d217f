import { hmac as computeHmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { toJson, toText } from '../operators.js';
import { ANY_TYPE, TYPE, type Value } from '../value.js';
import { replaceText, splitText } from '../text-search.js';
import { bytesToBase64, base64ToBytes, bytesToText, textToBytes } from './bytes.js';
import { any, type Helper, helper, number, object, optional, text } from './helper.js';
import { parseJsonText } from './json-text.js';
import { escapeHtml } from './html.js';

const GROUP = 'Encoding';

type Hash = typeof sha256 | typeof sha384 | typeof md5;

const ALGORITHMS: ReadonlyMap<string, Hash> = new Map<string, Hash>([
  ['sha256', sha256],
  ['sha384', sha384],
  ['sha512', sha512],
  ['sha1', sha1],
  ['md5', md5],
]);

function algorithm(name: string): Hash {
  const found = ALGORITHMS.get(name);
  if (found !== undefined) return found;
  throw new Fault('E_VALUE', 'unknown hash algorithm', -1, -1, {
    hint: `use one of ${[...ALGORITHMS.keys()].join(', ')}`,
  });
}

function encodeBytes(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'hex') return bytesToHex(bytes);
  if (encoding === 'base64') return bytesToBase64(bytes);
  throw new Fault('E_VALUE', 'unknown encoding of a hash', -1, -1, { hint: "use 'hex' or 'base64'" });
}

/** Hashing in JavaScript costs about 20 times the reading of a text, for each of its bytes. */
const HASH_COST = 8;

/** Steps of a digest beside its bytes: some 10 microseconds. */
const HASH_STEPS = 60;

/** The same of a signature, which takes several digests. */
const HMAC_STEPS = 150;

/** The bytes of a text that is hashed, with their steps spent. */
function bytesToHash(evaluation: Evaluation, value: string): Uint8Array {
  evaluation.reserveText(value.length);
  const bytes = textToBytes(value);
  evaluation.chargeText(bytes.length * HASH_COST);
  return bytes;
}

/** Steps of encoding a field of a query, beside its characters. */
const FIELD_STEPS = 6;

function decodeUrl(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Fault('E_VALUE', 'the text is not URL-encoded: a % is not followed by a valid code');
  }
}

function encodeUrl(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw new Fault('E_VALUE', 'the text holds half of a character (a lone surrogate) and cannot be encoded');
  }
}

export const encodingHelpers: readonly Helper[] = [
  helper(GROUP, 'urlEncode', {
    params: [text('text')],
    returns: TYPE.text,
    doc: "The text as part of an address: everything but letters, digits and `-_.!~*'()` is escaped.",
    examples: [["'a b&c'.urlEncode()", '"a%20b%26c"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length * 3);
      const encoded = encodeUrl(value);
      evaluation.checkText(encoded.length);
      return encoded;
    },
  }),
  helper(GROUP, 'urlDecode', {
    params: [text('text')],
    returns: TYPE.text,
    doc: 'The opposite of `urlEncode`.',
    examples: [["'a%20b'.urlDecode()", '"a b"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      return decodeUrl(value);
    },
  }),
  helper(GROUP, 'toQuery', {
    params: [object('fields')],
    returns: TYPE.text,
    doc: 'An object as the query of an address, without `?`; null fields are left out, arrays repeat their key.',
    examples: [["toQuery({q: 'a b', tag: ['x', 'y']})", '"q=a%20b&tag=x&tag=y"']],
    run: (evaluation, fields) => {
      const pairs: string[] = [];
      let length = 0;
      const keys = Object.keys(fields);
      evaluation.reserveArray(keys.length);
      for (const key of keys) {
        const value = fields[key];
        const items = Array.isArray(value) ? (value as readonly Value[]) : [value];
        evaluation.charge(items.length * FIELD_STEPS);
        for (const item of items) {
          if (item === null || item === undefined) continue;
          const written = toText(evaluation, item);
          const most = (key.length + written.length) * 3 + 2;
          length += most;
          evaluation.checkText(length);
          evaluation.chargeText(most);
          pairs.push(`${encodeUrl(key)}=${encodeUrl(written)}`);
        }
      }
      const query = pairs.join('&');
      evaluation.checkText(query.length);
      return query;
    },
  }),
  helper(GROUP, 'parseQuery', {
    params: [text('query')],
    returns: TYPE.object,
    doc: 'The fields of the query of an address; a key that is there more than once gives an array.',
    examples: [["parseQuery('?q=a+b&tag=x&tag=y')", '{"q":"a b","tag":["x","y"]}']],
    run: (evaluation, query) => {
      evaluation.checkText(query.length);
      const fields = new Map<string, string | string[]>();
      for (const pair of splitText(evaluation, query.replace(/^\?/, ''), '&')) {
        evaluation.charge(1);
        if (pair === '') continue;
        const at = pair.indexOf('=');
        const [key, value] = (at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]).map((part) =>
          decodeUrl(replaceText(evaluation, part, '+', ' ')),
        ) as [string, string];
        if (key === '__proto__') continue;
        const before = fields.get(key);
        if (Array.isArray(before)) before.push(value);
        else fields.set(key, before === undefined ? value : [before, value]);
      }
      return Object.fromEntries(fields);
    },
  }),
  helper(GROUP, 'base64Encode', {
    params: [text('text')],
    returns: TYPE.text,
    doc: 'The UTF-8 bytes of the text as Base64.',
    examples: [["'Grüße'.base64Encode()", '"R3LDvMOfZQ=="']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length * 4);
      return bytesToBase64(textToBytes(value));
    },
  }),
  helper(GROUP, 'base64Decode', {
    params: [text('text')],
    returns: TYPE.text,
    doc: 'The text whose UTF-8 bytes the Base64 holds; the URL-safe alphabet and missing padding are fine.',
    examples: [["'R3LDvMOfZQ=='.base64Decode()", '"Grüße"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      return bytesToText(base64ToBytes(value));
    },
  }),
  helper(GROUP, 'hash', {
    params: [text('text'), optional(text('algorithm')), optional(text('encoding'))],
    returns: TYPE.text,
    doc: 'Digest of the UTF-8 bytes: `sha256` (default), `sha384`, `sha512`, `sha1` or `md5`, as `hex` (default) or `base64`.',
    examples: [["'abc'.hash()", '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"']],
    run: (evaluation, value, name = 'sha256', encoding = 'hex') => {
      evaluation.charge(HASH_STEPS);
      return encodeBytes(algorithm(name)(bytesToHash(evaluation, value)), encoding);
    },
  }),
  helper(GROUP, 'hmac', {
    params: [text('text'), text('key'), optional(text('algorithm')), optional(text('encoding'))],
    returns: TYPE.text,
    doc: 'Signature of a text with a key, for services that want signed requests; algorithms and encodings as for `hash`.',
    examples: [["'abc'.hmac('key', 'sha1')", '"4fd0b215276ef12f2b3e4c8ecac2811498b656fc"']],
    run: (evaluation, value, secret, name = 'sha256', encoding = 'hex') => {
      evaluation.charge(HMAC_STEPS);
      const key = bytesToHash(evaluation, secret);
      return encodeBytes(computeHmac(algorithm(name), key, bytesToHash(evaluation, value)), encoding);
    },
  }),
  helper(GROUP, 'escapeHtml', {
    params: [text('text')],
    returns: TYPE.text,
    doc: 'The text safe inside HTML: `& < > " \'` are escaped.',
    examples: [["'<b>'.escapeHtml()", '"&lt;b&gt;"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length * 6);
      return escapeHtml(value);
    },
  }),
  helper(GROUP, 'toJson', {
    params: [any('value'), optional(number('indent'))],
    returns: TYPE.text,
    doc: 'A value as JSON text, compact or indented by up to 8 spaces.',
    examples: [['toJson({a: [1, null]})', '"{\\"a\\":[1,null]}"']],
    run: (evaluation, value, indent = 0) => {
      const spaces = Math.min(8, Math.max(0, Math.floor(indent)));
      const written = toJson(evaluation, value, spaces);
      evaluation.reserveText(written.length);
      return written;
    },
  }),
  helper(GROUP, 'parseJson', {
    params: [text('text')],
    returns: ANY_TYPE,
    doc: 'The value a JSON text holds. AI responses in a Markdown code fence are read too.',
    examples: [["parseJson('[1, 2]')[1]", '2']],
    run: (evaluation, value) => parseJsonText(evaluation, value),
  }),
];
