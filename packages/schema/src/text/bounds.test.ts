import { DOCUMENT_LIMITS, TEXT_LIMITS } from '../limits.js';
import { readDocumentText } from './read-text.js';

const SIZE = DOCUMENT_LIMITS.documentLength;

/** As many of a piece as fit into the largest text. */
const full = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.floor((SIZE - before.length - after.length) / piece.length)) + after;

const bomb = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`,
  ).join('\n');

const entries = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join('');

const { namesAndValues, commas, colons, otherTokens, anchors, aliases } = TEXT_LIMITS;
const { documentDepth, documentValues } = DOCUMENT_LIMITS;

/**
 * Texts as large as one may be, each of which cost seconds or gigabytes, or would; the problem that ends the reading; and the most characters
 * that are read before that. Reading is what is bounded here: what is read costs a few microseconds for each token.
 */
const HOSTILE: [name: string, text: string, code: string, mostRead: number][] = [
  ['commas', full(',', '['), 'too_large', 1 + commas],
  ['empty values', full('~,', '['), 'too_large', 2 + 2 * commas],
  ['lists', full('[],', '['), 'too_large', 3 + 3 * commas],
  ['dashes', full('-\n'), 'too_large', 2 * namesAndValues],
  ['texts', full('- ""\n'), 'too_large', 3 * namesAndValues],
  ['names', full('a:\n'), 'too_large', 3 * colons],
  ['question marks', full('?\n'), 'too_large', 2 * colons],
  ['line breaks', full('\n', 'a: 1'), 'too_large', 4 + otherTokens],
  ['comments', full('#\n', 'a: 1\n'), 'too_large', 5 + otherTokens],
  ['indented comments', full('\n  #', 'a:\n  - b:\n'), 'too_large', 12 + 2 * otherTokens],
  ['closing brackets', full(']'), 'syntax', 0],
  ['anchors', full('&a ', '['), 'too_large', 4 + 3 * anchors],
  ['aliases', full('*a,', '[&a 1,'), 'too_large', 7 + 3 * aliases],
  ['an alias bomb', `a0: &a0 [1]\n${bomb(30)}\n`, 'too_large', 5_000],
  ['tags', full('!a ', '['), 'syntax', 1],
  ['directives', full('%a\n'), 'syntax', 0],
  ['brackets', full('['), 'too_deep', documentDepth + 4],
  ['dashes in a line', full('- '), 'too_deep', 2 * documentDepth + 8],
  ['question marks in a line', full('? '), 'too_deep', 2 * documentDepth + 8],
  ['braces', full('{'), 'syntax', 0],
  ['braces and names', full('{a: '), 'too_deep', 4 * documentDepth + 16],
];

describe('reading a text', () => {
  it.each(HOSTILE)('of %s alone ends where it is too much', (_name, text, code, mostRead) => {
    const reading = readDocumentText(text);
    const [problem] = reading.ok ? [] : reading.problems;
    expect(problem).toMatchObject({ code });
    expect(offsetOf(text, problem ?? {})).toBeLessThanOrEqual(mostRead);
  });

  it.each([
    ['wrong escapes', full('\\q', 'a: "', '"')],
    ['reserved characters', entries(20_000, (index) => `k${index}: @\n`)],
    ['tags that do not fit', entries(20_000, (index) => `k${index}: !!int x\n`)],
    ['names that are there before', entries(20_000, () => 'a: 1\n')],
    ['merge keys', entries(20_000, (index) => `k${index}: {<<: 1}\n`)],
    ['numbers that are texts', entries(20_000, (index) => `k${index}: 01\n`)],
    ['aliases of nothing', entries(aliases, (index) => `k${index}: *a${index}\n`)],
    ['documents', full('---\n')],
  ])('of many %s ends with the first few', (_name, text) => {
    const reading = readDocumentText(text);
    expect(reading.ok ? null : reading.problems.length).toBe(TEXT_LIMITS.problems);
  });

  it('of what aliases repeat counts it each time', () => {
    const list = `a: &a [${'1,'.repeat(documentValues / aliases)}]\n`;
    const reading = readDocumentText(`${list}b: [${'*a,'.repeat(aliases)}]\n`);
    expect(reading).toMatchObject({ ok: false, problems: [{ code: 'too_large' }] });
    const long = readDocumentText(`a: &a ${'x'.repeat(SIZE / aliases)}\nb: [${'*a,'.repeat(aliases)}]\n`);
    expect(long).toMatchObject({ ok: false, problems: [{ code: 'too_large' }] });
  });

  it('that is too long does not begin', () => {
    expect(readDocumentText(`${full(' ')} {`)).toMatchObject({
      ok: false,
      problems: [{ code: 'too_large', message: expect.stringContaining(`${SIZE} are allowed`) }],
    });
  });

  it('takes a document that nests as deep as it may, and no deeper', () => {
    const nested = (levels: number) => ['['.repeat(levels) + '1' + ']'.repeat(levels), `${'- '.repeat(levels)}1\n`];
    for (const text of nested(documentDepth)) expect(readDocumentText(text)).toMatchObject({ ok: true });
    for (const text of nested(documentDepth + 1))
      expect(readDocumentText(text)).toMatchObject({ ok: false, problems: [{ code: 'too_deep' }] });
  });

  it('takes a document with as many values as it may have, in every way of writing it', () => {
    const values = documentValues - 10;
    const names = (documentValues - 10) / 2;
    for (const text of [
      `{"a":[${'1,'.repeat(values - 1)}1]}`,
      `a:\n${'- 1\n'.repeat(values)}`,
      `{${entries(names, (index) => `"k${index}": 1, `)}"last": 1}`,
      entries(names, (index) => `k${index}: 1\n`),
      entries(names / 2, (index) => `? k${index}\n: v\n`),
      `a: [\n${entries(values / 2, () => ' [],\n')}]\n`,
    ])
      expect(readDocumentText(text)).toMatchObject({ ok: true });
  });
});

function offsetOf(text: string, { line = 1, column = 1 }: { line?: number; column?: number }): number {
  let start = 0;
  for (let seen = 1; seen < line; seen += 1) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}
