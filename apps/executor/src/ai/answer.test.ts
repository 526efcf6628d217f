import { LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS } from '@millrace/expression';
import { stringifyJson } from '@millrace/expression/exact';
import { jsonOf, outputOf } from './answer.js';

it('an answer with more numbers that a double would change than are read is a text, and no JSON', () => {
  const numbers = (count: number) => `[${'1e999,'.repeat(count - 1)}1e999]`;
  expect(outputOf(numbers(LIMITS.jsonExactNumbers))).toHaveLength(LIMITS.jsonExactNumbers);
  const many = numbers(LIMITS.jsonExactNumbers + 1);
  expect([outputOf(many) === many, jsonOf(many)]).toEqual([true, undefined]);
});

it.each([
  ['a number of more characters', (more: number) => `[${'1'.repeat(LIMITS.jsonNumberDigits + more)}]`],
  [
    'more levels',
    (more: number) => '['.repeat(EXPRESSION_LIMITS.dataDepth + more) + ']'.repeat(EXPRESSION_LIMITS.dataDepth + more),
  ],
])('an answer with %s than are read is a text, and no JSON', (_, json) => {
  expect(stringifyJson(outputOf(json(0)))).toBe(json(0));
  expect([outputOf(json(1)), jsonOf(json(1))]).toEqual([json(1), undefined]);
});
