import { hash } from './hash.js';

/** What the simulated service does for the step at a path. */
export type HttpOutcome =
  | { readonly kind: 'ok'; readonly body: unknown }
  /** Returns 503 so many times, then like `ok`. */
  | { readonly kind: 'flaky'; readonly failures: number; readonly body: unknown }
  /** Returns 404 every time. */
  | { readonly kind: 'error' };

/** The same for the same seed and path, however often it is asked. */
export function httpOutcome(seed: number, path: string): HttpOutcome {
  const drawn = hash(`${seed}/${path}`);
  const body = { answer: path, number: drawn % 1_000 };
  if (drawn % 10 === 0) return { kind: 'error' };
  return drawn % 10 < 4 ? { kind: 'flaky', failures: 1 + (drawn % 3), body } : { kind: 'ok', body };
}

/** What becomes of the execution that the step at a path starts. */
export type ChildOutcome =
  | { readonly kind: 'ok'; readonly output: unknown }
  /** The executions of so many attempts fail, and the next one does not. */
  | { readonly kind: 'flaky'; readonly failures: number; readonly output: unknown }
  | { readonly kind: 'error' };

/** The same for the same seed and path, however often it is asked. */
export function childOutcome(seed: number, path: string): ChildOutcome {
  const drawn = hash(`${seed}/child/${path}`);
  const output = { child: path, number: drawn % 1_000 };
  if (drawn % 10 === 0) return { kind: 'error' };
  return drawn % 10 < 3 ? { kind: 'flaky', failures: 1 + (drawn % 2), output } : { kind: 'ok', output };
}
