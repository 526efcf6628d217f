import { EXECUTABLE_STEP_TYPES, SERVED_TRIGGER_TYPES, type ValidationContext } from '@millrace/schema';

/**
 * What this version of Millrace acts on. Everything else that a document may hold is checked and stored, and the answer
 * warns that it has no effect yet.
 */
export const INSTALLATION: ValidationContext = {
  stepTypes: EXECUTABLE_STEP_TYPES,
  triggerTypes: SERVED_TRIGGER_TYPES,
  settings: [
    'timeout',
    'queue_timeout',
    'missing',
    'on_failure_workflow',
    'concurrency',
    'tool',
    'retention_days',
    'retention_count',
  ],
};
