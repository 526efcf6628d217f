import { LineCounter } from 'yaml';
import { checkJson } from '../json-value.js';
import { DOCUMENT_LIMITS, TEXT_LIMITS, type DocumentLimits } from '../limits.js';
import { ProblemList } from '../problem-list.js';
import type { Problem, Report } from '../problem.js';
import { compose } from './compose.js';
import { inspect } from './inspect.js';
import { Places, positionOf } from './places.js';
import type { Locate } from './source.js';
import { FirstProblems, TextRefused } from './text-problem.js';

/** What a text says, or what is wrong with it. */
export type TextReading =
  | { readonly ok: true; readonly value: unknown; readonly locate: Locate }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a document from YAML or JSON text, within the limits of every document and whatever it means. Costs no more than a few times
 * what reading as much JSON costs. Never throws.
 */
export function readDocumentText(text: string): TextReading {
  const problems = new ProblemList(DOCUMENT_LIMITS.problems);
  const source = readText(text, DOCUMENT_LIMITS, (problem) => problems.add(problem));
  if (source === null) return { ok: false, problems: problems.listed(null) };
  if (checkJson(source.value, DOCUMENT_LIMITS, (problem) => problems.add(problem))) return { ok: true, ...source };
  return { ok: false, problems: problems.listed(source) };
}

/** Reads YAML or JSON text. Null, with the problems reported, when it is neither. */
export function readText(
  text: string,
  limits: DocumentLimits,
  report: Report,
): { readonly value: unknown; readonly locate: Locate } | null {
  if (text.length > limits.documentLength) {
    const message = `the document has ${text.length} characters, ${limits.documentLength} are allowed`;
    report({ code: 'too_large', at: [], message });
    return null;
  }
  const lines = new LineCounter();
  const problems = new FirstProblems(TEXT_LIMITS.problems);
  try {
    const document = compose(text, limits, lines, problems);
    const targets = inspect(document, problems);
    const places = new Places({ text, root: document.contents, targets, lines });
    // Aliases are few, and what they repeat is counted each time by `checkJson`.
    const value: unknown = document.toJS({ maxAliasCount: -1 });
    return { value, locate: (problem) => places.locate(problem) };
  } catch (error) {
    if (error instanceof TextRefused) {
      for (const { offset, ...problem } of error.problems)
        report({ ...problem, at: [], place: positionOf(lines, offset) });
    } else report({ code: 'syntax', at: [], message: `the text cannot be read: ${String(error)}` });
    return null;
  }
}
