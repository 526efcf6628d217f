import { LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS } from '@millrace/expression';
import { checkJsonBounds } from './json-of-answer.js';

const VALUES = 1_000;

it.each([
  ['digits', LIMITS.jsonNumberDigits, (count: number) => `[${'1'.repeat(count)}]`],
  ['depth', EXPRESSION_LIMITS.dataDepth, (count: number) => '['.repeat(count) + ']'.repeat(count)],
  ['values', VALUES, (count: number) => `[${Array.from({ length: count }, () => 0).join()}]`],
] as const)('an answer of more %s than are read is too large', (what, most, json) => {
  const checked = (count: number) => () => checkJsonBounds(Buffer.from(json(count)), VALUES);
  expect(checked(most)).not.toThrow();
  expect(checked(most + 1)).toThrow(
    expect.objectContaining({ code: 'AI_ANSWER_TOO_LARGE', details: { [`limit_${what}`]: most } }),
  );
});
