import { LIMITS } from '@millrace/contracts';

/** Characters of base64 at the beginning that depend on what stood before, when 0, 1 or 2 bytes of it are in the first group. */
const BASE64_SHARED = [0, 2, 3];

const ADDRESS = 'http://host/';

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * The texts by which a value turns up when it was passed on: plain, in lower case (as in the host of a URL), JSON-, URL- and HTML-escaped, in hex, and in base64, of itself and JSON-escaped, wherever in
 * the encoded text it is. Those that are too short to mean it are left out.
 */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const json = escapedJson(value);
  // Half a surrogate pair has no encoding.
  const url = encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'));
  const strictUrl = url.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const urls = [url, strictUrl, form, ...inAddresses(value)];
  const hex = bytes.toString('hex');
  // A body of JSON in base64 is what services return, and a key of several lines is escaped in it.
  const contents = [bytes, Buffer.from(json, 'utf8')];
  const encoded = contents.flatMap((content) => BASE64_SHARED.map((_, before) => base64Inside(content, before)));
  const forms = new Set([
    value,
    value.toLowerCase(),
    json,
    escapedJson(json),
    json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    // So that JSON can be put into HTML: Go does it by itself.
    json.replace(/[&<>]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
    ...urls,
    ...urls.map((text) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
    value.replace(/[&<>"']/g, (one) => HTML[one] ?? one),
    value.replace(/[&<>"']/g, (one) => (one === '"' ? '&#34;' : (HTML[one] ?? one))),
    hex,
    hex.toUpperCase(),
    ...encoded,
    ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]);
  return [...forms].filter((text) => text.length >= LIMITS.maskedCharacters);
}

/**
 * How a value leaves in an address that it was put into as it is: the URL Standard escapes other characters in a path, in a query, in a fragment and before
 * the host, and fewer than `encodeURIComponent` in each of them. Whoever is called repeats it in this form.
 */
function inAddresses(value: string): string[] {
  const account = new URL(ADDRESS);
  account.password = value;
  const parts = ['', '?', '#'].map((mark) =>
    new URL(`${ADDRESS}${mark}${value}`).href.slice(ADDRESS.length + mark.length),
  );
  return [...parts, account.password, encodeURI(value.replace(/\p{Surrogate}/gu, '\ufffd'))];
}

function escapedJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The characters of base64 that depend on these bytes alone, when so many others come before them in their group. */
function base64Inside(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(BASE64_SHARED[before], Math.floor(((before + bytes.length) * 8) / 6));
}
