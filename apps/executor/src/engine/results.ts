import type { Failure } from '@millrace/contracts';
import type { Container } from './frames.js';

/** How a `stop` step ends the execution, as its recorded output says. `given`: it names an output of its own. */
export type Stop =
  | { readonly status: 'completed'; readonly given: boolean; readonly output: unknown }
  | { readonly status: 'failed'; readonly message: string | null; readonly output: unknown };

/** The branch that a condition or switch took, from its recorded output. */
export function branchOf(output: unknown): string {
  return isRecord(output) ? String(output['branch']) : '';
}

/** Reads the output of a `stop` step: `{status, output?, message?}`. */
export function stopOf(output: unknown): Stop {
  const record = isRecord(output) ? output : {};
  if (record['status'] === 'failed') {
    return {
      status: 'failed',
      message: typeof record['message'] === 'string' ? record['message'] : null,
      output: record['output'],
    };
  }
  return { status: 'completed', given: Object.hasOwn(record, 'output'), output: record['output'] ?? null };
}

/** The failure of an execution that a `stop` step ended as failed. */
export function stoppedFailure(stop: Extract<Stop, { status: 'failed' }>, path: string): Failure {
  const details = stop.output === undefined ? { path } : { path, output: stop.output };
  return {
    code: 'EXECUTION_FAILED',
    message: stop.message ?? `The step "${path}" ended the execution as failed`,
    details,
  };
}

/** The failure of a loop or parallel: that of the block inside it, with the place in front. `details.path` is the innermost step's. */
export function within(container: Container, index: number, failure: Failure, path: string): Failure {
  const place = container.kind === 'loop' ? `Item ${index}` : `Branch "${container.names[index] ?? index}"`;
  return { ...failure, message: `${place}: ${failure.message}`, details: { path, ...failure.details } };
}

/** The innermost step that failed: loops and parallels pass it on in the details. */
export function innermostPath(failure: Failure, path: string | null): { path?: string } {
  const inner = failure.details?.['path'];
  const found = typeof inner === 'string' ? inner : path;
  return found === null ? {} : { path: found };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
