import type { ValidationContext } from '@millrace/schema';

/**
 * What this version of Millrace acts on. Everything else that a document may hold is checked and stored, and the answer
 * warns that it has no effect yet. The executor's registry of handlers is the other side of `stepTypes`.
 */
export const INSTALLATION: ValidationContext = {
  stepTypes: ['http', 'condition', 'switch', 'loop', 'parallel', 'transform', 'wait', 'stop'],
  triggerTypes: ['webhook'],
  settings: ['timeout', 'missing'],
  secrets: [],
  env: [],
};
