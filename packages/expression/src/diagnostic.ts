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
  /** The message with the source line and carets, for terminals and API responses. */
  readonly frame: string;
}

/** Problems listed of one text. */
const MAX_DIAGNOSTICS = 100;

/** Collects the problems of one text. */
export class Diagnostics {
  readonly all: Diagnostic[] = [];
  readonly #known = new Set<string>();

  constructor(private readonly source: string) {}

  /** Adds a problem that is not known yet; a text with very many is not worth listing them all. */
  add(severity: Diagnostic['severity'], thrown: unknown): void {
    if (this.all.length >= MAX_DIAGNOSTICS) return;
    const error: ExpressionError = toExpressionError(thrown, this.source);
    const { code, message, span, line, column, hint } = error;
    const key = `${code} ${String(span[0])} ${message}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.all.push({ severity, code, message, span, line, column, hint, frame: error.frame() });
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
