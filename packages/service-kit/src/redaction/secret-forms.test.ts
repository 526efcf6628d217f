import { formsOf } from './secret-forms.js';

/** Has what each encoding escapes, and in base64 what its alphabet for URLs replaces. */
const VALUE = `ä"\\<&>'!(*) /?~~\u{1f4a5}`;
const BYTES = Buffer.from(VALUE);
const forms = formsOf(VALUE);
const insideJson = (text: string) => JSON.stringify(text).slice(1, -1);
const lowerCase = (text: string) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

const URL_ENCODED = encodeURIComponent(VALUE);
const FORM = new URLSearchParams({ x: VALUE }).toString().slice(2);
const STRICT = URL_ENCODED.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

it.each([
  ['plain', VALUE],
  ['in JSON', insideJson(VALUE)],
  ['in JSON in JSON', insideJson(insideJson(VALUE))],
  ['in JSON that is ASCII only', insideJson(VALUE).replace('ä', '\\u00e4').replace('\u{1f4a5}', '\\ud83d\\udca5')],
  ['in a URL', URL_ENCODED],
  ['in a URL, with all that is reserved escaped', STRICT],
  ['in a form', FORM],
  ['in a URL, escaped in lower case', lowerCase(URL_ENCODED)],
  ['in a URL, all escaped in lower case', lowerCase(STRICT)],
  ['in a form, escaped in lower case', lowerCase(FORM)],
  ['in a path of an address', new URL(`http://host/a/${VALUE}`).href.slice('http://host/a/'.length)],
  ['in a query of an address', new URL(`http://host/a?k=${VALUE}`).href.slice('http://host/a?k='.length)],
  ['in an address that was encoded as a whole', encodeURI(VALUE)],
  [
    'in JSON that may be in HTML',
    insideJson(VALUE).replace('&', '\\u0026').replace('<', '\\u003c').replace('>', '\\u003e'),
  ],
  [
    'in HTML by numbers',
    VALUE.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&#34;').replace("'", '&#39;'),
  ],
  [
    'in HTML',
    VALUE.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;').replace("'", '&#39;'),
  ],
  ['in hex', BYTES.toString('hex')],
  ['in hex of capital letters', BYTES.toString('hex').toUpperCase()],
])('a value %s is one of its forms', (_where, text) => {
  expect(forms).toContain(text);
});

const JSON_BYTES = Buffer.from(insideJson(VALUE));

it.each([
  ['a value', BYTES, 'base64'],
  ['a value', BYTES, 'base64url'],
  ['a value in JSON', JSON_BYTES, 'base64'],
  ['a value in JSON', JSON_BYTES, 'base64url'],
] as const)('of %s a form is found in base64 wherever it begins and ends', (_what, bytes, encoding) => {
  for (const before of [0, 1, 2]) {
    for (const behind of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(before, 'a'), bytes, Buffer.alloc(behind, 'z')]).toString(encoding);
      // But for the characters that hold bits of what is beside it too.
      const found = forms.filter((form) => text.includes(form) && form.length >= (bytes.length * 4) / 3 - 4);
      expect(found).not.toEqual([]);
    }
  }
  expect(bytes.toString('base64')).toMatch(/[+/]/);
});
