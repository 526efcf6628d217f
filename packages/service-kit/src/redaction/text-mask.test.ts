import { MASK } from '@millrace/contracts';
import { gzipSync } from 'node:zlib';
import { PieceFinder } from './piece-finder.js';
import { redactionBy } from './redaction.js';
import { TextMask } from './text-mask.js';

const SECRET = 'C0rrect/Horse+battery="staple" & <ü>\n42';

function maskOf(...values: string[]): TextMask {
  const mask = new TextMask();
  for (const value of values) mask.add(value);
  return mask;
}

/** The ways in which a service repeats what it was sent. */
const FORMS: Record<string, (secret: string) => string> = {
  plain: (secret) => secret,
  'lower case, as the host of a URL': (secret) => secret.toLowerCase(),
  JSON: (secret) => JSON.stringify({ secret }),
  'JSON in JSON': (secret) => JSON.stringify(JSON.stringify({ secret })),
  'ASCII JSON': (secret) =>
    JSON.stringify(secret).replace(/[^\0-\x7f]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
  URL: (secret) => `https://example.com/?a=1&key=${encodeURIComponent(secret)}&b=2`,
  form: (secret) => new URLSearchParams({ a: 'b', key: secret }).toString(),
  'URL in lower case': (secret) =>
    encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  HTML: (secret) =>
    `<b>${secret.replace(/[&<>"]/g, (one) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[one]};`)}</b>`,
  hex: (secret) => Buffer.from(`a${secret}b`).toString('hex'),
  'hex in upper case': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 behind one byte': (secret) => Buffer.from(`:${secret}`).toString('base64'),
  'base64 behind two bytes and before others': (secret) => Buffer.from(`ab${secret}yz!`).toString('base64'),
  base64url: (secret) => Buffer.from(`user:${secret}`).toString('base64url'),
};

/** What is left of the secret in a text that may be encoded in any of these ways: its longest common piece. */
function leftOf(text: string): string {
  const decoded = [
    text,
    ...[0, 1].map((from) => Buffer.from(text.slice(from).replace(/[^0-9a-f]/gi, ''), 'hex').toString('latin1')),
    ...[0, 1, 2, 3].map((from) => Buffer.from(text.slice(from).replace(/[^\w+/-]/g, ''), 'base64').toString('latin1')),
  ];
  let longest = '';
  for (const one of decoded)
    for (let from = 0; from < SECRET.length; from++)
      for (let to = from + longest.length + 1; to <= SECRET.length && one.includes(SECRET.slice(from, to)); to++)
        longest = SECRET.slice(from, to);
  return longest;
}

describe('a mask', () => {
  it.each(Object.entries(FORMS))('covers a secret as %s', (_name, encode) => {
    const text = encode(SECRET);
    const left = maskOf('another-secret', SECRET).apply(`before ${text} after`);
    expect([left.startsWith('before '), left.includes(MASK), left.endsWith(' after')]).toEqual([true, true, true]);
    expect(leftOf(left).length).toBeLessThan(4);
    // It does not cover what is around.
    expect(maskOf('another-secret').apply(text)).toBe(text);
  });

  it('covers a secret that is cut off, and the larger part of one that is split', () => {
    const secret = 'Zq8Lr2Vn5Xw1Tb7Yk4Hd9Jm3Pc6Sf0Ga';
    const mask = maskOf(secret);
    for (let cut = 1; cut < secret.length; cut++) {
      const parts = [secret.slice(0, cut), secret.slice(cut)].map((part) => mask.apply(`x ${part} y`));
      const hidden = parts.filter((part) => part === `x ${MASK} y`).length;
      expect([cut, hidden]).toEqual([cut, cut === 16 ? 2 : 1]);
    }
    expect(mask.apply(secret.slice(0, 15))).toBe(secret.slice(0, 15));
  });

  it('covers eight characters of a short secret too', () => {
    const short = new TextMask();
    short.add('Xq7-Lm2.Vb9k');
    expect(short.apply('see Xq7-Lm2. and Lm2.Vb9k')).toBe(`see ${MASK} and ${MASK}`);
  });

  it('leaves texts alone that have less than half of a secret, or one that is too short to mean it', () => {
    expect(maskOf('abcdefghijklmnopqrst').apply('abcdefghi-lmnopqrst')).toBe('abcdefghi-lmnopqrst');
    expect(maskOf('short').apply('a short text')).toBe('a short text');
    expect(maskOf('12345678').apply('order 12345678')).toBe(`order ${MASK}`);
  });

  it('covers several secrets, also beside and inside of each other', () => {
    const mask = maskOf('correct-horse', 'horse-battery-staple', 'tr0ub4dor&3');
    expect(mask.apply('correct-horse-battery-staple')).toBe(MASK);
    expect(mask.apply('a tr0ub4dor&3 b correct-horse c')).toBe(`a ${MASK} b ${MASK} c`);
  });

  it('is no slower for texts and secrets that repeat themselves', () => {
    const mask = maskOf('a'.repeat(16_384), `${'ab'.repeat(8_000)}c`);
    const text = 'ab'.repeat(500_000);
    expect(mask.apply(`${text} ${'a'.repeat(1_000_000)}`).length).toBeLessThan(10);
    expect(mask.apply('ba'.repeat(7).padEnd(1_000_000, 'xy'))).toHaveLength(1_000_000);
  });
});

describe('a finder of pieces', () => {
  it('finds what a naive search finds, whatever it knows', () => {
    let state = 1;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const word = (length: number): string => Array.from({ length }, () => 'abc'[random(3)]).join('');
    for (let round = 0; round < 200; round++) {
      const window = 2 + random(6);
      const known = Array.from({ length: 1 + random(4) }, () => word(random(40)));
      const finder = new PieceFinder(window);
      for (const text of known) finder.add(text);
      const text = word(random(200));
      const covered = Array.from({ length: text.length }, () => false);
      for (let at = 0; at + window <= text.length; at++)
        if (known.some((one) => one.includes(text.slice(at, at + window)))) covered.fill(true, at, at + window);
      const found = Array.from({ length: text.length }, () => false);
      for (const [start, end] of finder.find(text)) found.fill(true, start, end);
      expect({ text, known, window, found }).toEqual({ text, known, window, found: covered });
    }
  });

  it('grows seldom, and in proportion to what it knows, however many texts that are', () => {
    const length = 20;
    const finder = new PieceFinder(16);
    const sizes = new Set<number>();
    for (let index = 0; index < 2_000; index++) {
      finder.add(
        String(index)
          .padStart(length / 2, 'x')
          .repeat(2),
      );
      sizes.add(finder.bytes);
    }
    // Each growth copies everything: one with each text would take a time that grows with the square of their number.
    expect(sizes.size).toBeLessThan(30);
    // At worst two units of two bytes for each, and a table of four bytes a place that is a quarter full.
    expect(finder.bytes).toBeLessThan((2 * 2 + 4 * 4) * 2_000 * length);
    expect(finder.find('a xxxxxxxxx7xxxxxxxxx7 b')).toEqual([[2, 2 + length]]);
  });
});

describe('redaction', () => {
  const redact = redactionBy([maskOf(SECRET, '1234567890')]);

  it('reaches texts, names of members and numbers at any depth, and changes no argument', () => {
    const value = { list: [{ [SECRET]: 1, deep: [null, true, `(${SECRET})`] }], id: 1234567890, n: 7 };
    const copy = structuredClone(value);
    expect(redact(value)).toEqual({ list: [{ [MASK]: 1, deep: [null, true, `(${MASK})`] }], id: MASK, n: 7 });
    expect(value).toEqual(copy);
  });

  it('gives back the same object where there is nothing to mask', () => {
    const value = { list: [{ a: 'x' }], n: 7, zip: gzipSync('x').toString('base64') };
    expect(redact(value)).toBe(value);
    const partly = { same: value, other: SECRET };
    expect(redact(partly).same).toBe(value);
  });

  it('keeps a member called __proto__', () => {
    const value = JSON.parse(`{"__proto__":${JSON.stringify(SECRET)}}`) as object;
    expect(JSON.stringify(redact(value))).toBe(`{"__proto__":"${MASK}"}`);
  });

  it('masks Errors that hold themselves, as those of TLS do, and leaves bytes and depths out', () => {
    const certificate: Record<string, unknown> = { subject: { CN: SECRET }, raw: Buffer.from(SECRET) };
    certificate['issuerCertificate'] = certificate;
    const error = Object.assign(new Error('Hostname'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', cert: certificate });
    error.cause = new Error('around it', { cause: error });
    const left = redactionBy([maskOf(SECRET)])(error);
    expect(left.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(left.cert).toEqual({
      subject: { CN: MASK },
      raw: `${Buffer.byteLength(SECRET)} bytes`,
      issuerCertificate: undefined,
    });
    expect((left.cause as Error).cause).toBeUndefined();
  });

  it('looks so deep into an Error and no deeper', () => {
    const nested = (depth: number, leaf: unknown): unknown => (depth === 0 ? leaf : { in: nested(depth - 1, leaf) });
    const left = redact(Object.assign(new Error('deep'), { known: nested(6, SECRET), deeper: nested(7, SECRET) }));
    expect([left.known, left.deeper]).toStrictEqual([nested(6, MASK), nested(6, undefined)]);
  });

  it('looks at so many parts of an Error and no more, however often they are in it', () => {
    let reads = 0;
    const leaf = { get told() { reads++; return SECRET; } }; // prettier-ignore
    const wide = (of: object): object[] => Array.from({ length: 50 }, () => of);
    redactionBy([maskOf(SECRET)])(Object.assign(new Error('much'), { parts: wide(wide(wide(wide(leaf)))) }));
    expect(reads).toBeLessThan(1_000);
  });

  it('masks Errors for the log, with their stack, cause and members', () => {
    const error = Object.assign(new TypeError(`No ${SECRET}`, { cause: new Error(SECRET) }), { url: `?${SECRET}` });
    const left = redact(error);
    expect(left).toBeInstanceOf(Error);
    expect([left.name, left.message, (left.cause as Error).message, left.url]).toEqual([
      'TypeError',
      `No ${MASK}`,
      MASK,
      `?${MASK}`,
    ]);
    expect(left.stack).toContain('text-mask.test');
    expect(left.stack).not.toContain(SECRET);
  });
});
