/** Why an execution or a step of it failed, whatever the step does: a part of the catalogue in `errors.ts`. */
export const EXECUTION_ERRORS = {
  EXECUTION_FAILED: { status: 422, kind: 'user', retryable: false, message: 'Workflow execution error' },
  EXECUTION_TIMEOUT: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The execution took longer than its timeout',
  },
  EXECUTION_ABANDONED: {
    status: 422,
    kind: 'operational',
    retryable: false,
    message: 'The execution was given up after its executor died repeatedly',
  },
  INPUT_LOST: {
    status: 422,
    kind: 'operational',
    retryable: false,
    message: 'What the execution was started with cannot be read any more',
  },
  INPUT_UNKNOWN: { status: 422, kind: 'operational', retryable: false, message: 'The input of the step is not known' },
  STEP_FAILED: { status: 422, kind: 'user', retryable: false, message: 'A step failed' },
  STEP_TIMEOUT: { status: 422, kind: 'user', retryable: true, message: 'The step took longer than its timeout' },
  STEP_CANCELLED: { status: 422, kind: 'user', retryable: false, message: 'The execution was cancelled' },
  STEP_TYPE_UNAVAILABLE: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'This installation has no handler for the step type',
  },
  WAIT_TOO_LONG: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The wait would end later than an execution can wait',
  },
  SECRET_UNREADABLE: {
    status: 422,
    kind: 'operational',
    retryable: false,
    message: 'A secret that is needed cannot be opened',
  },
  EXPRESSION_FAILED: { status: 422, kind: 'user', retryable: false, message: 'An expression could not be evaluated' },
  LOOP_LIMIT_EXCEEDED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The loop has more items than it may run',
  },
  EXECUTION_TOO_LARGE: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The execution holds more data than it may',
  },
  OUTPUT_TOO_LARGE: { status: 422, kind: 'user', retryable: false, message: 'The output of the step is too large' },
  HISTORY_INCOMPLETE: {
    status: 500,
    kind: 'operational',
    retryable: false,
    message: 'A part of what this execution did could not be kept',
  },
} as const;
