import type { Execution, StepRun } from './types.js';

/** Everything this package throws. */
export class WorkflowClientError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The call itself is wrong: nothing was sent. */
export class UsageError extends WorkflowClientError {}

/** What an answer that is no success says. */
export interface APIErrorInit {
  readonly status: number;
  readonly headers: Headers;
  /** The code of the catalogue; null when the answer was not the API's own, as from a proxy. */
  readonly code: string | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  /** Milliseconds of `Retry-After`. */
  readonly retryAfter: number | null;
}

/** The API refused the call. */
export class APIError extends WorkflowClientError {
  readonly status: number;
  readonly headers: Headers;
  /** The code of the catalogue, such as `WORKFLOW_NOT_FOUND`; null when the answer was not the API's own. */
  readonly code: string | null;
  /** What belongs to the code; `issues` lists every problem of a document. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Names the call in the logs of the platform. */
  readonly requestId: string | null;
  /** Milliseconds that `Retry-After` asks to wait; null without it. */
  readonly retryAfter: number | null;

  constructor(init: APIErrorInit) {
    super(
      `${init.status} ${init.code ?? 'without a code'}: ${init.message}${init.requestId ? ` (${init.requestId})` : ''}`,
    );
    this.status = init.status;
    this.headers = init.headers;
    this.code = init.code;
    this.details = init.details;
    this.requestId = init.requestId;
    this.retryAfter = init.retryAfter;
  }
}

/** 400: the body or a parameter is not what the call takes. */
export class BadRequestError extends APIError {}
/** 401: the API key is missing or wrong. */
export class AuthenticationError extends APIError {}
/** 402 */
export class InsufficientCreditsError extends APIError {}
/** 403: the API key lacks a scope. */
export class PermissionDeniedError extends APIError {}
/** 404 */
export class NotFoundError extends APIError {}
/** 409 and 412: the state of the workflow does not allow it, or somebody changed it in between. */
export class ConflictError extends APIError {}
/** 422 */
export class UnprocessableEntityError extends APIError {}
/** 429 */
export class RateLimitError extends APIError {
  /** When the window ends; null when the answer does not say. */
  get resetAt(): Date | null {
    const seconds = Number(this.headers.get('x-ratelimit-reset') ?? Number.NaN);
    return Number.isFinite(seconds) ? new Date(seconds * 1000) : null;
  }
}
/** 500 and above */
export class InternalServerError extends APIError {}

const CLASSES: Readonly<Record<number, new (init: APIErrorInit) => APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  402: InsufficientCreditsError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  412: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** The error of the class that belongs to the status. */
export function apiError(init: APIErrorInit): APIError {
  const Class = CLASSES[init.status] ?? (init.status >= 500 ? InternalServerError : APIError);
  return new Class(init);
}

/** No whole answer came. */
export class APIConnectionError extends WorkflowClientError {
  /** Whether the request may have reached the API, and so may have been carried out. */
  readonly maybeDone: boolean;

  constructor(message: string, options: { readonly maybeDone: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.maybeDone = options.maybeDone;
  }
}

/** The time limit of an attempt ended it. */
export class APIConnectionTimeoutError extends APIConnectionError {}

/** The caller's `signal` ended the call; `cause` is its reason. */
export class UserAbortError extends WorkflowClientError {
  constructor(reason?: unknown) {
    super('The call was aborted by its signal', { cause: reason });
  }
}

/** A delivery is not signed with the secret, or too old. */
export class WebhookVerificationError extends WorkflowClientError {}

/** An execution ended as `failed` or `cancelled`. */
export class ExecutionFailedError extends WorkflowClientError {
  readonly execution: Execution;
  /** The innermost step that failed it; null when none did, or when the execution has more steps than an answer. */
  readonly step: StepRun | null;

  constructor(execution: Execution) {
    const step = failedStep(execution);
    const at = step ? ` at ${step.path}` : '';
    const why = execution.error ? `: ${execution.error.code}: ${execution.error.message}` : '';
    super(`Execution ${execution.id} ended as ${execution.status}${at}${why}`);
    this.execution = execution;
    this.step = step;
  }
}

/**
 * The failure of an inner step fails the loop around it too: the longest path is the cause. A `stop` step has not failed itself, and
 * those that have may have been gone on from: the execution says where it failed.
 */
function failedStep({ steps, failed_path: path }: Execution): StepRun | null {
  const failed = steps.filter((step) => step.status === 'failed' && (path === undefined || isIn(step.path, path)));
  const innermost = failed.sort((a, b) => b.path.length - a.path.length)[0];
  return innermost ?? steps.find((step) => step.path === path) ?? null;
}

function isIn(path: string, outer: string): boolean {
  return path === outer || (path.startsWith(outer) && '[.'.includes(path.charAt(outer.length)));
}

/** The execution did not end within the time limit of the wait. It runs on: wait for it again with its id. */
export class WaitTimeoutError extends WorkflowClientError {
  /** As it was last read. */
  readonly execution: Execution;

  constructor(execution: Execution, timeout: number) {
    super(`Execution ${execution.id} is still ${execution.status} after ${timeout} ms; it runs on`);
    this.execution = execution;
  }
}
