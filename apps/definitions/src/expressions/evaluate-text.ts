import { AppError, type EvaluatedText, type EvaluateExpression } from '@millrace/contracts';
import { Budget, compileCondition, compileExpression, compileTemplate, ExpressionError } from '@millrace/expression';
import { ExactNumber } from '@millrace/expression/exact';
import {
  contentOfFile,
  findLacked,
  lackedFile,
  type FilesOfOrganisation,
} from '@millrace/service-kit/expression-files';
import type { z } from 'zod';

type Asked = z.output<typeof EvaluateExpression.question>;

const COMPILERS = { expression: compileExpression, template: compileTemplate, condition: compileCondition } as const;

/** From what an evaluation takes time and chance. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A source of numbers in [0, 1): each of them gives the same ones, since a text may be evaluated several times. */
  readonly random: () => () => number;
  /** Milliseconds that this process has computed. */
  readonly computedMs: () => number;
}

/**
 * What a text gives, within the limits of one step; an error of the text is an answer. The contents of files are loaded as the text lacks them, by which it is evaluated again within what
 * is left of its budget. Throws INVALID_INPUT for a kind that only newer gateways know, and SERVICE_UNAVAILABLE.
 */
export async function evaluateText(
  asked: Asked,
  { now, random, computedMs }: Surroundings,
  files: FilesOfOrganisation['files'],
): Promise<EvaluatedText> {
  const { kind, text, context, missing } = asked;
  if (!isKnown(kind)) throw new AppError('INVALID_INPUT', { message: 'This installation cannot evaluate that yet' });
  const store = { organisationId: asked.organisation_id, files };
  const contents = new Map<string, Uint8Array>();
  const budget = new Budget(undefined, computedMs);
  // Once, however many files it lacks: a long text takes longer to be compiled than to be evaluated.
  let program: ReturnType<(typeof COMPILERS)[keyof typeof COMPILERS]> | undefined;
  for (;;) {
    try {
      const options = { now, random: random(), missing, budget, files: files && contents };
      program ??= COMPILERS[kind](text);
      const value = program.evaluate(context, options);
      return { value, type: typeOf(value), error: null };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const lacked = lackedFile(error);
      if (lacked === undefined || files === undefined) return failed(error);
      const refusal = await load(store, lacked, contents);
      if (refusal !== null) return failed(error, refusal);
      budget.resume();
    }
  }
}

/** Why the content of a file cannot be had; null when it is there. */
async function load(
  store: FilesOfOrganisation,
  id: string,
  contents: Map<string, Uint8Array>,
): Promise<AppError | null> {
  try {
    contents.set(id, await contentOfFile(store, await findLacked(store, id, contents)));
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') return error;
    throw error;
  }
}

function failed(
  error: ExpressionError,
  { code, message }: { readonly code: string; readonly message: string } = error,
): EvaluatedText {
  const { span, line, column, hint = null, path = null } = error;
  const frame = error.frame().replace(error.message, () => message);
  const place = { span: [...span], line, column, hint, missing_path: path, frame };
  return { value: null, type: null, error: { code, message, ...place } };
}

function isKnown(kind: string): kind is keyof typeof COMPILERS {
  return Object.hasOwn(COMPILERS, kind);
}

function typeOf(value: unknown): EvaluatedText['type'] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof ExactNumber) return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}
