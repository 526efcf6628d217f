import { AI_ERRORS } from './ai-errors.js';
import { EFFECT_ERRORS } from './effect-errors.js';
import { EXECUTION_ERRORS } from './execution-errors.js';
import { OPERATION_ERRORS } from './operation-errors.js';
import { REQUEST_ERRORS } from './request-errors.js';

/**
 * Every failure a user or another service can meet, once. `docs/errors.md` has a line for each; a test compares the two.
 *
 * kind: `user` = the caller can fix it, `operational` = a dependency is away and trying again helps, `bug` = ours.
 */
export const ERRORS = {
  UNAUTHORIZED: { status: 401, kind: 'user', retryable: false, message: 'Invalid or missing API token' },
  FORBIDDEN: { status: 403, kind: 'user', retryable: false, message: 'The API token does not allow this action' },
  ORGANISATION_SUSPENDED: {
    status: 403,
    kind: 'user',
    retryable: false,
    message: 'The organisation is suspended: the operator of this installation can lift that',
  },
  ORGANISATION_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'The requested organisation does not exist',
  },
  ORGANISATION_NOT_SUSPENDED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'Only a suspended organisation can be deleted: suspend it first',
  },
  WORKFLOW_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The requested workflow does not exist' },
  EXECUTION_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'The requested execution does not exist',
  },
  FILE_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The requested file does not exist' },
  WEBHOOK_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'No webhook has this address' },
  SCHEDULE_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The workflow has no such schedule' },
  APPROVAL_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The requested approval does not exist' },
  JOB_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The requested job does not exist' },
  TOKEN_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The requested API token does not exist' },
  VERSION_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The workflow has no such version' },
  VERSION_PRUNED: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'The version was deleted because the workflow has many newer ones',
  },
  DRAFT_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The workflow has no draft' },
  SECRET_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'No secret has this name' },
  VARIABLE_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'No variable has this name' },
  MAILBOX_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The requested mailbox does not exist' },
  MAIL_SENDER_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'No mail sender has this name' },
  EVENT_SUBSCRIPTION_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'The requested subscription to events does not exist',
  },
  EVENT_SUBSCRIPTION_DISABLED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The subscription is disabled, so nothing can be sent again: give it the status "active" first',
  },
  EVENT_DELIVERY_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'The subscription has no such delivery',
  },
  STEP_TYPE_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'There is no type of step of this name',
  },
  ...REQUEST_ERRORS,
  WORKFLOW_PAUSED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The workflow is paused and starts no executions; activate it to go on',
  },
  WORKFLOW_NOT_ACTIVE: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The workflow is a draft, which only the API can start; activate it for its triggers',
  },
  QUOTA_EXCEEDED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The organisation has as much of this as it may have',
  },
  EXECUTION_FINISHED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The execution has ended: nothing can be changed about it any more',
  },
  WEBHOOK_WITHOUT_SECRET: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: "The trigger requires no signature by a secret of the organisation's, so there is none to rotate",
  },
  SIGNALS_FULL: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The execution has as many signals as it may have',
  },
  APPROVAL_DECIDED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The approval takes no more decisions',
  },
  EXECUTION_NOT_FINISHED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The execution has not ended yet',
  },
  EXECUTION_NOT_FAILED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The execution is completed: there is nothing to retry. Replay it instead',
  },
  EXECUTION_IS_TEST: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'A test is neither retried nor replayed: start another one',
  },
  STEP_NOT_TESTABLE: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'A step of this type cannot be tried alone',
  },
  JOB_FINISHED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The job has ended: there is nothing left to cancel',
  },
  TOKEN_FROM_SETTINGS: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The API token comes from the settings of the installation, and is changed and revoked there',
  },
  VERSION_CONFLICT: {
    status: 412,
    kind: 'user',
    retryable: false,
    message: 'What was to be changed has been changed since it was read',
  },
  RATE_LIMIT_EXCEEDED: { status: 429, kind: 'user', retryable: true, message: 'Too many requests' },
  TOO_MANY_STREAMS: {
    status: 429,
    kind: 'user',
    retryable: true,
    message: 'Too many streams are open at the moment; close one, or try again later',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'This Idempotency-Key was used for another request; use a new key for each request',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    kind: 'user',
    retryable: true,
    message: 'A request with this Idempotency-Key is being carried out; send it again later',
  },
  IDEMPOTENCY_ANSWER_NOT_KEPT: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The request was carried out, but its response cannot be returned again; read what it has changed',
  },
  IDEMPOTENCY_KEYS_EXHAUSTED: {
    status: 429,
    kind: 'user',
    retryable: true,
    message: 'The organisation has as many Idempotency-Keys remembered as it may',
  },
  CREDITS_UNLIMITED: {
    status: 409,
    kind: 'user',
    retryable: false,
    message: 'The organisation has no balance that could be changed: it may spend what it likes',
  },
  INSUFFICIENT_CREDITS: { status: 402, kind: 'user', retryable: false, message: 'Not enough credits' },
  ...EXECUTION_ERRORS,
  ...EFFECT_ERRORS,
  ...AI_ERRORS,
  ...OPERATION_ERRORS,
  SERVICE_UNAVAILABLE: {
    status: 503,
    kind: 'operational',
    retryable: true,
    message: 'A service that is needed for this is not available; try again',
  },
  STORAGE_FULL: {
    status: 503,
    kind: 'operational',
    retryable: true,
    message: 'The storage of this installation is full: nothing new is accepted until there is room again',
  },
  INTERNAL_ERROR: { status: 500, kind: 'bug', retryable: false, message: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorEntry>;

/** What the catalogue says of one error code. `status` is the HTTP status where the error is an answer to a request. */
export interface ErrorEntry {
  readonly status: number;
  readonly kind: 'user' | 'operational' | 'bug';
  readonly retryable: boolean;
  readonly message: string;
}

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;

/** One problem of many in `details.issues`; `path` is a JSON path such as `steps[1].config.url`. */
export interface ErrorIssue {
  readonly path: string;
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly severity?: 'error' | 'warning';
  readonly line?: number;
  readonly column?: number;
}

/** The error shape of the public API, of messages between services and of execution records. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error class that carries a catalogue code. Thrown by services, carried through NATS replies, rendered by the HTTP filter. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    options: { message?: string; details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(options.message ?? ERRORS[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  get entry(): ErrorEntry {
    return ERRORS[this.code];
  }

  /** The JSON form, without cause or stack: what may leave the process. */
  toBody(): ErrorBody {
    return this.details === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, details: this.details };
  }

  /** Rebuilds the error from its JSON form; an unknown code (a newer service) becomes INTERNAL_ERROR with the same message. */
  static fromBody(body: { code: string; message: string; details?: Record<string, unknown> | undefined }): AppError {
    const code = isErrorCode(body.code) ? body.code : 'INTERNAL_ERROR';
    return new AppError(code, { message: body.message, ...(body.details ? { details: body.details } : {}) });
  }
}

/** True for a code of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
