/** What the operator of the installation can meet: a part of the catalogue in `errors.ts`. */
export const OPERATION_ERRORS = {
  DEAD_LETTER_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'There is no such dead letter, or not any more',
  },
  DEAD_LETTER_NOT_REQUEUED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The dead letter cannot go back to where it came from',
  },
  STARTS_PAUSED: {
    status: 503,
    kind: 'operational',
    retryable: true,
    message:
      'The operator of this installation has paused all starts: nothing new begins until they are resumed; try again later',
  },
} as const;
