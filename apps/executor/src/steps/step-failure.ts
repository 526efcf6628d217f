import { AppError, ERRORS, shortened, type ErrorCode, type Failure } from '@millrace/contracts';
import { ExpressionError } from '@millrace/expression';

/** Characters of a message, or of a text in its details: both may repeat what a user's expression gave. */
const LONGEST_TEXT = 4_096;

/** Why an attempt of a step failed, and whether another one may succeed. */
export class StepFailure extends Error {
  readonly retryable: boolean;
  /** Whether there is no other attempt even where `retry_if` asks for one. */
  readonly isFinal: boolean;
  /** Pause that the other side asked for before another attempt, or null. */
  readonly askedDelayMs: number | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: {
      details?: Readonly<Record<string, unknown>>;
      /** By default what the catalogue says of the code. */
      retryable?: boolean;
      isFinal?: boolean;
      askedDelayMs?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'StepFailure';
    this.details = options.details ?? {};
    this.isFinal = options.isFinal ?? false;
    this.retryable = !this.isFinal && (options.retryable ?? ERRORS[code].retryable);
    this.askedDelayMs = options.askedDelayMs ?? null;
  }

  /** Any error as a step failure. What is no error of the catalogue is a defect: its text stays out of the record. */
  static from(error: unknown): StepFailure {
    if (error instanceof StepFailure) return error;
    if (error instanceof ExpressionError) return expressionFailure(error);
    if (error instanceof AppError) {
      return new StepFailure(error.code, error.message, { details: error.details ?? {}, cause: error });
    }
    return new StepFailure('INTERNAL_ERROR', 'The step failed by a defect of the executor; its log has the details', {
      cause: error,
    });
  }

  /** The JSON form, with the step's place in front. */
  toFailure(path: string): Failure {
    const details: Record<string, unknown> = { path };
    for (const [name, value] of Object.entries(this.details)) {
      details[name] = typeof value === 'string' ? shortened(value, LONGEST_TEXT) : value;
    }
    return { code: this.code, message: shortened(this.message, LONGEST_TEXT), details };
  }
}

/** A failure of a step as the error of a call that did what a step does; anything else as it is. */
export function asAppError(error: unknown): unknown {
  if (!(error instanceof StepFailure)) return error;
  const { code, message, details } = error;
  return new AppError(code, { message, details, cause: error });
}

function expressionFailure(error: ExpressionError): StepFailure {
  const { code, field, hint, path, line, column } = error;
  const known = field !== undefined && field !== '';
  const details = {
    ...(known ? { field } : {}),
    expression_error: code,
    line,
    column,
    frame: error.frame(),
    ...(path === undefined ? {} : { missing_path: path }),
    ...(hint === undefined ? {} : { hint }),
  };
  return new StepFailure('EXPRESSION_FAILED', `${error.message}${known ? ` in ${field}` : ''}`, {
    details,
    cause: error,
  });
}
