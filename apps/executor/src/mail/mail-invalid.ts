import { StepFailure } from '../steps/step-failure.js';

/** The failure of an e-mail that cannot be sent as it is; `field` is a member of the step's config. */
export function mailInvalid(field: string, message: string, details: object = {}): StepFailure {
  return new StepFailure('EMAIL_INVALID', message, { details: { field: `config.${field}`, ...details } });
}
