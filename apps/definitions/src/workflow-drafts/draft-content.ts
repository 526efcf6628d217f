import { LIMITS } from '@millrace/contracts';
import { sizeProblems, type Problem } from '@millrace/schema';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import { invalidWorkflow } from '../workflows/workflows.errors.js';

/** What a client sends as a draft. */
export interface SentDraft {
  /** Undefined: what `source` says. */
  readonly document?: unknown;
  readonly source?: string | null | undefined;
  /** Undefined: those that there are stay. */
  readonly pins?: unknown;
  readonly based_on?: number | null | undefined;
}

/** The document and the pins of a draft that may be stored: they are JSON, and bounded as a document is. Throws INVALID_INPUT. */
export function checkedDraft({ document, pins }: Pick<SentDraft, 'document' | 'pins'>): {
  document: JsonObject;
  pins: JsonObject | undefined;
} {
  if (!isObject(document)) throw refused('document', 'the document of a draft must be a JSON object');
  if (pins !== undefined && !isObject(pins)) throw refused('pins', 'pins must be a JSON object of outputs by step id');
  if (Object.keys(pins ?? {}).length > LIMITS.draftPins)
    throw refused('pins', `a draft pins the outputs of ${LIMITS.draftPins} steps at most`);
  const problems = [...within('document', sizeProblems(document)), ...within('pins', sizeProblems(pins ?? {}))];
  if (problems.length > 0) throw invalidWorkflow(problems);
  return { document, pins };
}

function within(name: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: problem.path === '' ? name : `${name}.${problem.path}` }));
}

function refused(path: string, message: string): Error {
  return invalidWorkflow([{ path, message }]);
}
