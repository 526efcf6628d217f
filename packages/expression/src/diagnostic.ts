import { type ErrorCode, ExpressionError, Fault, type Span, toExpressionError } from './errors.js';

/** A problem found without evaluating. */
export interface Diagnostic {
  /** An `error` will fail whenever it is reached; a `warning` may be meant. */
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  readonly message: string;
  /** Place in the text, in UTF-16 code units. */
  readonly span: Span;
  /** Line and column of the place, from 1. */
  readonly line: number;
  readonly column: number;
  readonly hint: string | undefined;
  /** The message with the source line and carets, for terminals and API answers. */
  readonly frame: string;
}

/** Collects the problems of one text. */
export class Diagnostics {
  readonly all: Diagnostic[] = [];

  constructor(private readonly source: string) {}

  /** Adds a problem. */
  add(severity: Diagnostic['severity'], thrown: unknown): void {
    const error: ExpressionError = toExpressionError(thrown, this.source);
    const { code, message, span, line, column, hint } = error;
    const known = this.all.some(
      (other) => other.code === code && other.span[0] === span[0] && other.message === message,
    );
    if (!known) this.all.push({ severity, code, message, span, line, column, hint, frame: error.frame() });
  }

  /** Runs a check that throws. */
  attempt(check: () => void): void {
    try {
      check();
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      this.add('error', thrown);
    }
  }
}
