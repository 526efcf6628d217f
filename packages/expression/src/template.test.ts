import { ExpressionError } from './errors.js';
import { compileTemplate } from './template.js';

const context = {
  input: { name: 'Ada', n: 2, yes: true, nothing: null, list: [1, { a: 'x' }], tricky: '{{secrets.api_key}}' },
  secrets: { api_key: 'sk-very-secret' },
  steps: { s: { output: '}}' } },
};
const render = (text: string): unknown => compileTemplate(text).evaluate(context);

function fails(text: string): ExpressionError {
  try {
    render(text);
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return thrown;
    throw thrown;
  }
  throw new Error(`${text} did not fail`);
}

test.each<[string, unknown]>([
  ['', ''],
  ['plain { } }} text', 'plain { } }} text'],
  ['{{input.n}}', 2],
  ['{{ input.list }}', [1, { a: 'x' }]],
  ['{{input.nothing}}', null],
  [' {{input.n}} ', ' 2 '],
  ['{{input.n}}{{input.n}}', '22'],
  ['Hi {{input.name}}, {{input.yes}}, {{input.nothing}}, {{input.list}}!', 'Hi Ada, true, , [1,{"a":"x"}]!'],
  ['{{ "}}" + input.name }}', '}}Ada'],
  ['{{ {"a": {"b": 1}} }}', { a: { b: 1 } }],
  ['{{ {"a": {"b": 1}}}}', { a: { b: 1 } }],
  ['{{ {a: {b: 1}} }} and {{ [1] }}', '{"a":{"b":1}} and [1]'],
  ['\\{{input.n}} is {{input.n}}', '{{input.n}} is 2'],
  ['C:\\\\{{input.n}}', 'C:\\2'],
  ['\\\\\\{{x}} \\\\\\\\{{input.n}}', '\\{{x}} \\\\2'],
  ['\\\\ \\n stay', '\\\\ \\n stay'],
  ['${input.n} <%= input.n %>', '${input.n} <%= input.n %>'],
  ['{{input.tricky}}', '{{secrets.api_key}}'],
  ['x{{input.tricky}}{{s.output}}', 'x{{secrets.api_key}}}}'],
  ['Bearer {{secrets.api_key}}', 'Bearer sk-very-secret'],
])('%s', (text, expected) => {
  expect(render(text)).toEqual(expected);
});

test.each<[string, string, number, RegExp]>([
  ['Hello {{input.name', 'E_SYNTAX', 6, /never closed/],
  ['Hello {{ }}', 'E_SYNTAX', 6, /empty/],
  ['{{{input.n}}}', 'E_SYNTAX', 0, /'{{{'/],
  ['{{ {{input.n}} }}', 'E_SYNTAX', 3, /'{{' is not allowed inside/],
  ['{{input.n}', 'E_SYNTAX', 9, /value is missing|not allowed|missing/],
  ['a {{input.n input.n}}', 'E_SYNTAX', 12, /operator is missing/],
  ['a {{input.nope}}', 'E_MISSING', 4, /input\.nope is missing/],
  ['a {{nope.output}} b', 'E_ROOT', 4, /unknown name 'nope'/],
])('%s fails with %s', (text, code, start, message) => {
  const error = fails(text);
  expect([error.code, error.span[0]]).toEqual([code, start]);
  expect(error.message).toMatch(message);
});

test('missing: "empty" prints nothing for what is missing', () => {
  expect(compileTemplate('Hi {{input.nope}}!').evaluate(context, { missing: 'empty' })).toBe('Hi !');
  expect(compileTemplate('{{input.nope}}').evaluate(context, { missing: 'empty' })).toBeNull();
});

test('a rendered value that uses a secret has a redacted twin', () => {
  const program = compileTemplate('Bearer {{secrets.api_key}}');
  expect(program.usesSecrets).toBe(true);
  expect(program.render(context)).toEqual({ value: 'Bearer sk-very-secret', redacted: '[secret]' });
  expect(compileTemplate('{{input.n}}').render(context)).toEqual({ value: 2, redacted: 2 });
  expect(compileTemplate('{{[1].map(x => hash(secrets.api_key))}}').usesSecrets).toBe(true);
});

test('references have the place of each read in the whole text', () => {
  const text = 'Hi {{input.name}} {{ s.output[0] }}';
  const { references } = compileTemplate(text);
  expect(references.map(({ span }) => text.slice(...span))).toEqual(['input.name', 's.output[0]']);
  expect(references.map(({ rootSpan }) => text.slice(...rootSpan))).toEqual(['input', 's']);
});

test('a template has at most 500 pieces', () => {
  expect(fails('{{1}}'.repeat(501)).code).toBe('E_LIMIT');
  expect(render('{{1}}'.repeat(500))).toBe('1'.repeat(500));
});

test('a template is at most 262,144 characters long, an expression in it 10,000', () => {
  expect(fails('a'.repeat(262_145)).code).toBe('E_LIMIT');
  // A closing quote is not looked for beyond the limit.
  expect(fails(`{{ "${'a'.repeat(10_001)}" }}`).code).toBe('E_SYNTAX');
  expect(fails(`x {{ 1 ${' '.repeat(10_001)} }}`).code).toBe('E_LIMIT');
});
