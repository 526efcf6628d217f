import { LIMITS } from '@millrace/contracts';
import { checkedSize } from './checked-size.js';

it('bounds an output both in bytes and in values, of which each takes memory however short it is', () => {
  const { jsonValues, stepOutputBytes } = LIMITS;
  expect(checkedSize(new Array<number>(jsonValues).fill(1)).values).toBe(jsonValues);
  expect(() => checkedSize(new Array<number>(jsonValues + 1).fill(1))).toThrow(
    expect.objectContaining({ code: 'OUTPUT_TOO_LARGE', details: { limit_values: jsonValues } }),
  );
  expect(() => checkedSize('x'.repeat(stepOutputBytes))).toThrow(
    expect.objectContaining({ code: 'OUTPUT_TOO_LARGE', details: { limit_bytes: stepOutputBytes } }),
  );
});
