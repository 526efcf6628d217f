import { stringifyJson } from '@millrace/expression/exact';
import { validateWorkflow } from '../validate-workflow.js';
import { readDocumentText } from './read-text.js';

function placesOf(text: string): (string | number | undefined)[][] {
  return validateWorkflow(text).problems.map((one) => [one.code, one.path, one.line, one.column]);
}

/** What a text says as a document; a text that is none fails the test. */
function valueOf(text: string): unknown {
  const reading = readDocumentText(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.value;
}

/** The first problem of a text that cannot be read. */
function refusalOf(text: string): unknown {
  const reading = readDocumentText(text);
  return reading.ok ? reading.value : reading.problems[0];
}

describe('a document as text', () => {
  it('means the same as JSON and as a parsed document', () => {
    const document = {
      name: 'x',
      steps: [{ id: 'a', type: 'transform', config: { output: { n: 1e3, t: 'yes', u: '2020-01-01', nothing: null } } }],
    };
    expect(validateWorkflow(JSON.stringify(document)).document).toEqual(document);
    const text =
      'name: x\nsteps:\n- id: a\n  type: transform\n  config: {output: {n: 1e3, t: yes, u: 2020-01-01, nothing: null}}\n';
    expect(validateWorkflow(text).document).toEqual(document);
  });

  it('that is no YAML has the place of the mistake', () => {
    expect(placesOf('name: x\nsteps: [\n')).toMatchObject([['syntax', '', 3, 1]]);
    expect(placesOf('{"name": "x",, "steps": []}')).toMatchObject([['syntax', '', 1, expect.any(Number)]]);
  });

  it('must not have the same member twice, which JSON parsers pass over in silence', () => {
    expect(placesOf('{"name": "a", "name": "b", "steps": []}')).toMatchObject([['syntax', '', 1, 15]]);
  });

  it('must be an object', () => {
    for (const text of ['', '- a', '17', 'null', '"text"']) expect(placesOf(text)).toEqual([['wrong_type', '', 1, 1]]);
  });

  it('has only values that JSON has', () => {
    expect(placesOf('name: x\nsteps: []\nvariables: {a: .nan}\n')).toMatchObject([['not_json', 'variables.a', 3, 16]]);
    expect(placesOf('name: x\nsteps: []\n__proto__: 1\n')).toMatchObject([['not_json', '__proto__', 3, 1]]);
  });

  it('has the mistakes of what was typed, not those that follow from them', () => {
    const reading = readDocumentText('a: "\\d"\nb: 1\nb: 2\n');
    expect(reading.ok ? [] : reading.problems).toHaveLength(1);
  });

  it('may have blocks that look like something else', () => {
    expect(valueOf('--- |\n!a\n%b\n')).toBe('!a\n%b\n');
  });

  it('is one document', () => {
    expect(refusalOf('a: 1\n---\nb: 2\n')).toMatchObject({ code: 'syntax', line: 2, column: 1 });
    expect(valueOf('---\na: 1\n...\n')).toEqual({ a: 1 });
  });
});

describe('what YAML readers differ about', () => {
  it.each([
    ['no', 'no'],
    ['on', 'on'],
    ['Yes', 'Yes'],
    ['true', true],
    ['~', null],
    ['', null],
    ['2026-11-26', '2026-11-26'],
    ['2026-11-26T10:00:00Z', '2026-11-26T10:00:00Z'],
    ['12:30', '12:30'],
    ['1_000', '1_000'],
    ['0x1F', 31],
    ['0o17', 15],
    ['-0.5', -0.5],
    ['1e3', 1000],
    ['9007199254740991', 9007199254740991],
    ['100000000000000000000', 1e20],
    ['12345678901234567000', 12345678901234567000],
    ['!!str 12', '12'],
    ['"12"', '12'],
    ["'{{input}}'", '{{input}}'],
    ['Hello {{input.name}}!', 'Hello {{input.name}}!'],
  ])('%s is %j', (written, meant) => {
    expect(valueOf(`a: ${written}\n`)).toEqual({ a: meant });
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['+9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['1'.repeat(400), '1'.repeat(400)],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['.1234567890123456789', '0.1234567890123456789'],
    ['-.1234567890123456789', '-0.1234567890123456789'],
    ['1234567890123456789.', '1234567890123456789'],
    ['001.1234567890123456789', '1.1234567890123456789'],
    ['1e400', '1e400'],
    ['1.E+400', '1E+400'],
    ['-1.5', '-1.5'],
    ['.5', '0.5'],
    ['1.', '1'],
    ['1.50', '1.5'],
    ['1e3', '1000'],
    ['0x1F', '31'],
    ['0.30000000000000004', '0.30000000000000004'],
  ])('the number %s keeps its digits', (written, json) => {
    const read = valueOf(`a: ${written}\nb: [${written}, &x ${written}, *x]\n`);
    expect(stringifyJson(read)).toBe(`{"a":${json},"b":[${json},${json},${json}]}`);
  });

  it('a text that looks like a long number is a text', () => {
    expect(valueOf('a: "9007199254740993"\nb: |-\n  9007199254740993\n9007199254740993: c\n')).toEqual({
      a: '9007199254740993',
      b: '9007199254740993',
      '9007199254740993': 'c',
    });
  });

  it('names of members are texts, whatever they look like', () => {
    expect(valueOf('1: a\ntrue: b\nnull: c\n1.0: d\n0123: e\non: f\n')).toEqual({
      1: 'a',
      true: 'b',
      null: 'c',
      '1.0': 'd',
      '0123': 'e',
      on: 'f',
    });
  });

  it.each([
    ['012', 'syntax', '012 may be a number or a text', 'quotes'],
    ['-007', 'syntax', '-007 may be a number or a text', 'quotes'],
    [
      '0xffffffffffffffffffff',
      'not_json',
      '0xffffffffffffffffffff has more digits than are read in this notation',
      'decimal',
    ],
    [`0x${'f'.repeat(400)}`, 'not_json', expect.stringMatching(/^0xf{78}… has more digits/), 'decimal'],
    ['{{input.name}}', 'syntax', '"{{" begins a mapping in YAML when it is not in quotes', '"{{input.name}}"'],
    ['{{ x["a"] }} y', 'syntax', '"{{" begins a mapping in YAML when it is not in quotes', `'{{ x["a"] }}'`],
    ['[a, {{b}}]', 'syntax', '"{{" begins a mapping in YAML when it is not in quotes', '"{{b}}"'],
    ['*/5 * * * *', 'syntax', 'Unexpected alias at node end', 'quotes'],
    ['* * * * *', 'syntax', 'Alias cannot be an empty string', 'quotes'],
    ['*.csv', 'syntax', '"*.csv" repeats the value marked "&.csv", and there is none before it', 'quotes'],
    ['!Ref b', 'syntax', 'the tag !Ref means nothing here', 'quotes'],
    ['!!binary aGk=', 'syntax', 'the tag !!binary means nothing here', 'quotes'],
    ['!!int b', 'syntax', 'Unresolved tag: tag:yaml.org,2002:int', ''],
    ['@daily', 'syntax', 'Plain value cannot start with reserved character @', 'quotes'],
    ['b: c', 'syntax', 'Nested mappings are not allowed in compact mappings', 'quotes'],
    ['"{{b}}" c', 'syntax', expect.stringContaining('Unexpected scalar'), 'quotes'],
    ['"\\d"', 'syntax', 'Invalid escape sequence \\d', 'single quotes'],
  ])('%s is refused, with the cure', (written, code, message, cure) => {
    const hint = cure === '' ? {} : { hint: expect.stringContaining(cure) as unknown };
    expect(refusalOf(`# A comment\na: ${written}\n`)).toMatchObject({ code, message, line: 2, ...hint });
  });

  it('merge keys merge nothing, and are refused', () => {
    expect(refusalOf('a: &a {b: 1}\nc:\n  <<: *a\n')).toMatchObject({
      message: '"<<" does not merge anything here',
      line: 3,
      column: 3,
    });
    expect(valueOf('"<<": 1\n')).toEqual({ '<<': 1 });
  });

  it('the directives of other versions are refused', () => {
    expect(valueOf('%YAML 1.2\n---\na: yes\n')).toEqual({ a: 'yes' });
    expect(refusalOf('%YAML 1.1\n---\na: yes\n')).toMatchObject({ code: 'syntax', line: 1, column: 1 });
    expect(refusalOf('%TAG ! tag:x,2000:\n---\na: !b 1\n')).toMatchObject({ code: 'syntax', line: 1, column: 1 });
  });

  it('an alias repeats the node that has its anchor, and nothing that is around it', () => {
    expect(valueOf('a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n')).toEqual({ a: [1, 2], b: [1, 2], c: 3, d: 3 });
    expect(refusalOf('a: &x\n  b: *x\n')).toMatchObject({ message: '"*x" is inside of what it repeats', line: 2 });
    expect(refusalOf('a: *x\nb: &x 1\n')).toMatchObject({ code: 'syntax', line: 1, column: 4 });
  });
});
