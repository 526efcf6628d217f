import { LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS } from '@millrace/expression';
import { stringifyJson } from '@millrace/expression/exact';
import { newMark, unmarkedValue } from './code-values.js';

it('code returns as many numbers that a double would change as are read, and no more', () => {
  const numbers = (count: number) => `[${'1e999,'.repeat(count - 1)}1e999]`;
  expect(unmarkedValue(numbers(LIMITS.jsonExactNumbers), 'mark ')).toHaveLength(LIMITS.jsonExactNumbers);
  expect(() => unmarkedValue(numbers(LIMITS.jsonExactNumbers + 1), 'mark ')).toThrow(
    expect.objectContaining({ code: 'OUTPUT_TOO_LARGE', details: { limit_exact_numbers: LIMITS.jsonExactNumbers } }),
  );
});

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

it.each([
  ['digits', LIMITS.jsonNumberDigits, (count: number) => `[${'1'.repeat(count)}]`],
  ['depth', EXPRESSION_LIMITS.dataDepth, nested],
] as const)('of what code returns the %s are bounded before it is parsed', (what, most, json) => {
  expect(stringifyJson(unmarkedValue(json(most), 'mark '))).toBe(json(most));
  expect(() => unmarkedValue(json(most + 1), 'mark ')).toThrow(
    expect.objectContaining({ code: 'OUTPUT_TOO_LARGE', details: { [`limit_${what}`]: most } }),
  );
});

it('code returns no more different names than are read, and a tenth', () => {
  const names = Array.from({ length: 1.1 * LIMITS.jsonNames + 1_000 }, (_, index) => `"n${index}":0`);
  expect(() => unmarkedValue(`{${names.join()}}`, 'mark ')).toThrow(
    expect.objectContaining({ code: 'OUTPUT_TOO_LARGE', details: { limit_names: LIMITS.jsonNames } }),
  );
});

it('a number that code has passed through is no shorter for its mark', () => {
  const mark = newMark();
  const long = '1'.repeat(LIMITS.jsonNumberDigits + 1);
  expect(() => unmarkedValue(`["${mark}${long}"]`, mark)).toThrow(
    expect.objectContaining({ details: { limit_digits: LIMITS.jsonNumberDigits } }),
  );
});
