import { jsonOf, outputOf } from './answer.js';

it('an answer with more numbers that a double would change than are read is a text, and no JSON', () => {
  const numbers = (count: number) => `[${'1e999,'.repeat(count - 1)}1e999]`;
  expect(outputOf(numbers(100_000))).toHaveLength(100_000);
  const many = numbers(100_001);
  expect([outputOf(many) === many, jsonOf(many)]).toEqual([true, undefined]);
});
