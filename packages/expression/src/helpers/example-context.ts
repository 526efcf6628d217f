import { textToBytes } from './bytes.js';
import type { EvaluateOptions, ExpressionContext } from '../evaluation.js';

/** What the examples of the helper table read; printed on the reference page and used by the test that runs them. */
export const EXAMPLE_CONTEXT: ExpressionContext = {
  input: {
    name: 'Ada Lovelace',
    vip: true,
    note: { file: { id: 'file_note' } },
    items: [
      { name: 'tea', price: 5, qty: 2 },
      { name: 'nut', price: 3, qty: 2 },
      { name: 'pen', price: 2, qty: 4 },
    ],
  },
  steps: {},
};

/** A fixed clock, source of randomness and file for the examples that need one. */
export const EXAMPLE_OPTIONS: EvaluateOptions = {
  now: '2025-03-01T12:00:00Z',
  random: () => 0.5,
  files: new Map([['file_note', textToBytes('Buy tea')]]),
};
