import { createHash } from 'node:crypto';
import { LIMITS, type ValueRef } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';

/** Decides which values are in the view of an execution, and makes references to the others. */
export class AnswerValues {
  /** Bytes that outputs of step runs may still take. Input and output of the execution have room of their own. */
  #left: number = LIMITS.answerBytes;

  constructor(private readonly executionId: string) {}

  input(value: unknown): { input: unknown; input_ref?: ValueRef } {
    const { kept, ref } = shownOrReferred(value, LIMITS.answerValueBytes, `${baseOf(this.executionId)}/input`);
    return ref ? { input: null, input_ref: ref } : { input: kept };
  }

  output(value: unknown): { output: unknown; output_ref?: ValueRef } {
    const { kept, ref } = shownOrReferred(value, LIMITS.answerValueBytes, `${baseOf(this.executionId)}/output`);
    return ref ? { output: null, output_ref: ref } : { output: kept };
  }

  stepOutput(event: { path: string; output?: unknown }): { output: unknown; output_ref?: ValueRef } {
    const href = stepOutputHref(this.executionId, event.path);
    const { kept, ref, bytes } = shownOrReferred(event.output, Math.min(LIMITS.answerValueBytes, this.#left), href);
    if (ref) return { output: null, output_ref: ref };
    this.#left -= bytes;
    return { output: kept };
  }
}

/** Where the output of a step run is read alone. */
export function stepOutputHref(executionId: string, path: string): string {
  return `${baseOf(executionId)}/steps/${encodeURIComponent(path)}/output`;
}

function baseOf(executionId: string): string {
  return `/v1/executions/${encodeURIComponent(executionId)}`;
}

/** A value if its JSON has at most `limit` bytes, else a reference to it; and how many bytes it has. */
export function shownOrReferred(
  value: unknown,
  limit: number,
  href: string,
): { kept?: unknown; ref?: ValueRef; bytes: number } {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return { kept: value, bytes: 8 };
  const json = stringifyJson(value ?? null);
  const bytes = Buffer.byteLength(json);
  if (bytes <= limit) return { kept: value, bytes };
  return { ref: { bytes, sha256: createHash('sha256').update(json).digest('hex'), href }, bytes };
}
