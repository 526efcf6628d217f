import { renderFrame } from './frame.js';

/** A place in a source text: `[start, end)` in UTF-16 code units, as editors count. */
export type Span = readonly [start: number, end: number];

/** Every error code, and when it is thrown. */
export const ERROR_CODES = {
  E_SYNTAX: 'the text does not follow the grammar',
  E_ROOT: 'a name is no root, no step, or used where it does not exist (`item` outside a loop)',
  E_FUNC: 'there is no function of this name',
  E_ARGS: 'a helper got too few, too many or the wrong kind of arguments',
  E_METHOD: 'there is no method of this name',
  E_NULL: 'something was read from or called on null or a missing value',
  E_MISSING: 'a missing value was used or would be the result',
  E_TYPE: 'an operator or helper got a value of the wrong type',
  E_KEY: 'a computed key is neither text nor a number, or is not allowed',
  E_MATH: 'a calculation has no finite result',
  E_COND: 'a condition did not give true or false',
  E_LIMIT: 'a limit was reached',
  E_SECRET: 'secrets were used other than by a literal name',
  E_ENV: 'env was used other than by a literal name',
  E_VALUE: 'a value cannot be used: not plain data, or not what the helper can read',
  E_FILE: 'the content of a file cannot be read here, or is not there',
  E_INTERNAL: 'an unexpected fault; the message carries no detail on purpose',
} as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a {@link Fault} may carry besides its code and message. */
export interface FaultDetails {
  /** What to do about it, one sentence. A getter where it is slow to compute: it is read only for errors that are reported. */
  readonly hint?: string | undefined;
  /** The path that was missing or null, e.g. `input.address.city`. */
  readonly path?: string | undefined;
  /** The id of the file whose content is not there. */
  readonly file?: string | undefined;
}

/** An error on its way out of the engine, before the source text and the field are known. Never leaves the package. */
export class Fault extends Error {
  start: number;
  end: number;
  constructor(
    readonly code: ErrorCode,
    message: string,
    start = -1,
    end = -1,
    readonly details: FaultDetails = {},
  ) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

/** Where an error happened, as given by the caller of the engine. */
export interface ErrorPlace {
  /** JSON path of the text inside the step's configuration, e.g. `headers.Authorization`. */
  readonly field?: string | undefined;
  /** Id of the step whose configuration was evaluated. */
  readonly stepId?: string | undefined;
}

/**
 * The only error the package throws. It names the place and the cure and never carries a value, so never a secret.
 *
 * @example catch (error) { if (error instanceof ExpressionError) log(error.code, error.frame()); }
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** JSON path of the text inside the step's configuration, when the caller gave it. */
  readonly field: string | undefined;
  /** Id of the step, when the caller gave it. */
  readonly stepId: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** The path that was missing or null. */
  readonly path: string | undefined;
  /** The id of the file whose content is not there: with it the text can be evaluated again. */
  readonly file: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The whole text that was compiled. */
    readonly source: string,
    /** Place of the error in `source`, in UTF-16 code units. */
    readonly span: Span,
    details: FaultDetails & ErrorPlace = {},
  ) {
    super(message);
    this.hint = details.hint;
    this.path = details.path;
    this.file = details.file;
    this.field = details.field;
    this.stepId = details.stepId;
  }

  /** Line of the error, from 1. */
  get line(): number {
    let line = 1;
    const [start] = this.span;
    for (let at = this.source.indexOf('\n'); at !== -1 && at < start; at = this.source.indexOf('\n', at + 1)) line++;
    return line;
  }

  /** Column of the error in its line, from 1, in UTF-16 code units. */
  get column(): number {
    return this.span[0] - this.source.lastIndexOf('\n', this.span[0] - 1);
  }

  /** The message, the line of the source and carets under the place; ready for a terminal or a log. */
  frame(): string {
    return renderFrame(this.message, this.source, this.span, this.hint);
  }

  /** What an API answer or a log line should hold: all but the source text. */
  toJSON(): Record<string, unknown> {
    const { code, message, hint, path, field, stepId, line, column } = this;
    return { code, message, span: [...this.span], line, column, hint, path, field, step_id: stepId };
  }
}

/** Turns whatever was thrown into an {@link ExpressionError}; a host error loses its text, which could hold data. */
export function toExpressionError(thrown: unknown, source: string, place: ErrorPlace = {}): ExpressionError {
  if (thrown instanceof ExpressionError) return thrown;
  if (thrown instanceof Fault) {
    const start = thrown.start < 0 ? 0 : Math.min(thrown.start, source.length);
    const end = thrown.start < 0 ? source.length : Math.min(Math.max(thrown.end, start), source.length);
    return new ExpressionError(thrown.code, thrown.message, source, [start, end], { ...thrown.details, ...place });
  }
  return new ExpressionError('E_INTERNAL', 'the expression could not be evaluated', source, [0, source.length], place);
}
