import { parseJson } from '@millrace/expression/exact';
import { isLargeToRedact, redactedInTurns } from './redaction-in-turns.js';
import { redactionBy } from './redaction.js';
import { TextMask } from './text-mask.js';

const SECRET = 'correct-horse-battery-staple';

function masksOf(...secrets: string[]): TextMask[] {
  return secrets.map((secret) => {
    const mask = new TextMask();
    mask.add(secret);
    return mask;
  });
}

/** What comes of it, and how many turns that took. */
async function inTurns(value: unknown, masks = masksOf(SECRET)): Promise<{ left: unknown; turns: number }> {
  let turns = 0;
  const turn = async (): Promise<void> => {
    turns++;
    return Promise.resolve();
  };
  return { left: await redactedInTurns(value, { redact: redactionBy(masks), masks }, turn), turns };
}

const MANY = 131_072;

describe('a value that is redacted in turns', () => {
  it.each<[string, unknown]>([
    ['a text with nothing to mask', 'x'.repeat(500_000)],
    ['a text of the secret alone', SECRET.repeat(20_000)],
    ['a secret at each border of a slice', ('y'.repeat(MANY - 14) + SECRET).repeat(4)],
    ['half a secret behind each border', ('y'.repeat(MANY - 1) + SECRET.slice(0, 14)).repeat(4)],
    ['a list of texts', Array.from({ length: 30_000 }, (_, index) => (index % 7 === 0 ? SECRET : `text ${index}`))],
    ['a list of lists and numbers', Array.from({ length: 20_000 }, (_, index) => [index, [SECRET], null, true])],
    ['members by secret names', Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`${at} ${SECRET}`, at]))],
    ['a long text in an object', { a: { b: ['z'.repeat(300_000) + SECRET] }, c: SECRET }],
    ['exact numbers', [parseJson('[9007199254740993, 1e400]'), 'x'.repeat(200_000)]],
  ])('%s is what it is when redacted at once', async (_, value) => {
    const { left, turns } = await inTurns(value);
    expect(left).toEqual(redactionBy(masksOf(SECRET))(value));
    expect(turns).toBeGreaterThan(0);
    expect(JSON.stringify(left)).not.toContain(SECRET.slice(0, 14));
  });

  it('is the same object when there is nothing to mask', async () => {
    const value = { list: Array.from({ length: 40_000 }, (_, index) => `text ${index}`) };
    expect((await inTurns(value)).left).toBe(value);
  });

  it('masks by all masks', async () => {
    const text = `${'a'.repeat(MANY)} ${SECRET} ${'b'.repeat(MANY)} another-long-secret`;
    const { left } = await inTurns(text, masksOf(SECRET, 'another-long-secret'));
    expect(left).toBe(`${'a'.repeat(MANY)} •••• ${'b'.repeat(MANY)} ••••`);
  });

  it('keeps a member named __proto__ a member', async () => {
    const value = parseJson(`{"__proto__": "${SECRET}", "x": "${'x'.repeat(200_000)}"}`);
    const { left } = await inTurns(value);
    expect(Object.entries(left as object)[0]).toEqual(['__proto__', '••••']);
  });

  it('has turns in proportion to its size', async () => {
    expect((await inTurns('x'.repeat(10 * MANY))).turns).toBe(10);
    expect((await inTurns(Array.from({ length: 10 * (MANY / 16) }, () => 1))).turns).toBe(10);
  });
});

it.each<[boolean, string, unknown]>([
  [true, 'a long text', 'x'.repeat(MANY)],
  [true, 'many values', new Array(MANY / 16).fill(0)],
  [true, 'many members', Object.fromEntries(new Array(5_000).fill(0).map((_, at) => [`member ${at}`, null]))],
  [true, 'one value in very many places', (() => Array.from({ length: 40 }).reduce<unknown>((all) => [all, all], 1))()],
  [false, 'a short text', 'x'.repeat(1_000)],
  [false, 'a response', { status: 200, headers: { a: 'b' }, body: { list: [1, 2, 3] } }],
  [false, 'nothing', undefined],
])('is known to be large (%s): %s', (expected, _, value) => {
  expect(isLargeToRedact(value)).toBe(expected);
});
