import { LIMITS } from '@millrace/contracts';
import { sizeOf, type ValueSize } from '../engine/value-size.js';
import { StepFailure } from '../steps/step-failure.js';

/** The size of an output. Throws StepFailure OUTPUT_TOO_LARGE. */
export function checkedSize(output: unknown): ValueSize {
  const { stepOutputBytes, jsonValues } = LIMITS;
  const size = sizeOf(output, stepOutputBytes);
  if (size.bytes > stepOutputBytes) {
    throw new StepFailure('OUTPUT_TOO_LARGE', `The output is larger than ${stepOutputBytes} bytes of JSON`, {
      details: { limit_bytes: stepOutputBytes },
    });
  }
  if (size.values > jsonValues) {
    const message = `The output has more than ${jsonValues} values (arrays, objects and their entries)`;
    throw new StepFailure('OUTPUT_TOO_LARGE', message, { details: { limit_values: jsonValues } });
  }
  return size;
}
