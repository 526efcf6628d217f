import { ExpressionError } from './errors.js';
import type { ProgramMode } from './program.js';
import { renameReference } from './rename.js';

const cases: readonly (readonly [text: string, to: string, expected: string, mode?: ProgramMode])[] = [
  ['{{a.output}} a {{b.a}} {{ a.a + a }}', 'fetch', '{{fetch.output}} a {{b.a}} {{ fetch.a + fetch }}'],
  ['{{ steps.a.output }} {{ steps["a"].output }}', 'b2', '{{ steps.b2.output }} {{ steps.b2.output }}'],
  ['{{ a.output }}', 'step-1', '{{ steps["step-1"].output }}'],
  ['{{ a.output }}', 'input', '{{ steps.input.output }}'],
  ['{{ "a.output" + x.map(a => a.b) + a.b }}', 'n', '{{ "a.output" + x.map(a => a.b) + n.b }}'],
  ['\\{{a.output}} {{input.a}}', 'n', '\\{{a.output}} {{input.a}}'],
  ["{{a.output}} == 'a' && a.b", 'n', "{{n.output}} == 'a' && n.b", 'condition'],
  ['"x-{{a.id}}" == a.id', 'a-1', '"x-{{steps[\'a-1\'].id}}" == steps["a-1"].id', 'condition'],
  ["'x-{{a.id}}' == 1", 'a-1', '\'x-{{steps["a-1"].id}}\' == 1', 'condition'],
  ['a.output + 1', 'b', 'b.output + 1', 'expression'],
];

test.each(cases.map(([text, to, expected, mode]) => ({ text, to, expected, mode })))('$text to $to', (entry) => {
  const { text, to, expected, mode } = entry;
  const renamed = renameReference(text, 'a', to, mode);
  expect(renamed).toBe(expected);
});

test('roots are never renamed', () => {
  expect(renameReference('{{input.x}} {{steps.input.x}}', 'input', 'other')).toBe('{{input.x}} {{steps.other.x}}');
});

test('a text that cannot be read is an error', () => {
  expect(() => renameReference('{{ a. }}', 'a', 'b')).toThrow(ExpressionError);
});
