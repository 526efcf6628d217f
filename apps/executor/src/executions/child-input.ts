import { LIMITS } from '@millrace/contracts';
import { redacted, type Redact } from '@millrace/service-kit/redaction';
import { sizeOf } from '../engine/value-size.js';
import { inputTooLarge } from './child-failure.js';

/** Throws StepFailure PAYLOAD_TOO_LARGE for an input that is larger than the API takes. */
function boundedInput(input: unknown): void {
  const limit = LIMITS.apiBodyBytes;
  const { bytes, values } = sizeOf(input, limit);
  if (bytes > limit || values > LIMITS.jsonValues) throw inputTooLarge(limit);
}

/** What leaves the execution is masked like what leaves a step; it is bounded before it is looked through. Throws StepFailure. */
export function childInput(input: unknown, redact: Redact | null): unknown {
  boundedInput(input);
  const masked = redacted(input, redact);
  if (masked !== input) boundedInput(masked);
  return masked;
}
