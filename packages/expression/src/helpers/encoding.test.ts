import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { compileExpression } from '../expression.js';

const evaluate = (text: string, input: unknown): unknown => compileExpression(text).evaluate({ input });
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

test('hash and hmac agree with the platform', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom('sha256', 'sha384', 'sha512', 'sha1', 'md5'), (text, name) => {
      expect(evaluate(`hash(input, "${name}")`, text)).toBe(createHash(name).update(text).digest('hex'));
      expect(evaluate(`hmac(input, "clé", "${name}", "base64")`, text)).toBe(
        createHmac(name, 'clé').update(text).digest('base64'),
      );
    }),
    { numRuns: 100 },
  );
});

test('Base64 agrees with the platform and reads back', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const encoded = Buffer.from(text).toString('base64');
      expect(evaluate('base64Encode(input)', text)).toBe(encoded);
      expect(evaluate('base64Decode(input)', encoded)).toBe(text);
      expect(evaluate('base64Decode(input)', Buffer.from(text).toString('base64url'))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test('addresses agree with the platform', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        fc.string(),
      ),
      (fields) => {
        const query = evaluate('toQuery(input)', fields) as string;
        expect(Object.fromEntries(new URLSearchParams(query))).toEqual({ ...fields });
        expect(evaluate('parseQuery(input)', query)).toEqual({ ...fields });
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[string, unknown, unknown]>([
  ['parseJson(input)', '```json\n{"a": 1}\n```', { a: 1 }],
  ['parseJson(input)', ' [1] ', [1]],
  ['stripHtml(input)', 'a <b>b</b> 1 < 2 <!-- c --> <script>x</script >y<br/> &amp;lt; z<', 'a b 1 < 2  y &lt; z<'],
  ['isEmail(input)', 'ada@example.com', true],
  ['isEmail(input)', 'a@b', false],
  ['isEmail(input)', 'a b@c.de', false],
  ['isEmail(input)', 'a@b@c.de', false],
  ['isUrl(input)', 'https://user@example.com:8080/a?b#c', true],
  ['isUrl(input)', 'http://[::1]:3000/', true],
  ['isUrl(input)', 'javascript:alert(1)', false],
  ['isUrl(input)', 'https://', false],
  ['isUrl(input)', 'https://a b.c', false],
  ['isUrl(input)', 'https://example.com:99999', false],
  ['truncate(input, 3)', 'a👍b👍', 'a…'],
  ['slug(input)', '  Ünïcode -- & Co. ', 'unicode-co'],
  ['toTitleCase(input)', "o'neil-smith éva", "O'neil-Smith Éva"],
  ['round(input, 2)', 1.005, 1.01],
  ['round(input)', -2.5, -3],
  ['toFixed(input, 2)', 1.255, '1.26'],
  ['number(input)', '-1.5e3', -1500],
  ['bool(input)', ' YES ', true],
  ['unique(input)', [1, '1', { a: 1 }, { a: 1 }, [1], [1], null, null], [1, '1', { a: 1 }, [1], null]],
  [
    'input.sortBy(x => x.n).pluck("v")',
    [
      { n: 2, v: 'a' },
      { n: 1, v: 'b' },
      { n: 2, v: 'c' },
    ],
    ['b', 'a', 'c'],
  ],
])('%s of %j', (text, input, expected) => {
  expect(evaluate(text, input)).toEqual(expected);
});
