import { unmarkedValue } from './code-values.js';

it('code returns as many numbers that a double would change as are read, and no more', () => {
  const numbers = (count: number) => `[${'1e999,'.repeat(count - 1)}1e999]`;
  expect(unmarkedValue(numbers(100_000), 'mark ')).toHaveLength(100_000);
  expect(() => unmarkedValue(numbers(100_001), 'mark ')).toThrow(
    expect.objectContaining({ code: 'OUTPUT_TOO_LARGE', details: { limit_exact_numbers: 100_000 } }),
  );
});
