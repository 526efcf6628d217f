import type { Problem } from './problem.js';

/**
 * Problems as text for a terminal or a log, one block each, e.g.
 *
 *     error    steps[1].config.url  (workflow.yaml:12:9)
 *              "url" is required
 *              hint: The address, e.g. …
 *
 * `file` is put before line and column. Without problems the text is empty.
 */
export function formatProblems(problems: readonly Problem[], options: { file?: string } = {}): string {
  return problems.map((problem) => formatProblem(problem, options.file)).join('\n');
}

/** How many errors and warnings there are, e.g. `2 errors, 1 warning`. */
export function summariseProblems(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  return `${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function formatProblem(problem: Problem, file: string | undefined): string {
  const place = [file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const indent = ' '.repeat(9);
  const lines = [
    `${problem.severity.padEnd(8)} ${problem.path === '' ? 'workflow' : problem.path}${place === '' ? '' : `  (${place})`}`,
    ...problem.message.split('\n').map((line) => indent + line),
    ...excerptLines(problem).map((line) => indent + line),
  ];
  if (problem.hint !== undefined) lines.push(`${indent}hint: ${problem.hint}`);
  return lines.join('\n');
}

/** The line of an expression's text that is meant, with carets under the place. */
function excerptLines(problem: Problem): string[] {
  if (problem.excerpt === undefined || problem.span === undefined) return [];
  const [start, end] = problem.span;
  // `lastIndexOf` takes a position before the text for its beginning.
  const lineStart = start === 0 ? 0 : problem.excerpt.lastIndexOf('\n', start - 1) + 1;
  const newline = problem.excerpt.indexOf('\n', start);
  const lineEnd = newline < 0 ? problem.excerpt.length : newline;
  const from = Math.max(lineStart, start - 60);
  const line = problem.excerpt.slice(from, Math.min(lineEnd, from + 100));
  const carets = Math.max(1, Math.min(end, from + line.length) - start);
  return [`  ${line}`, `  ${' '.repeat(start - from)}${'^'.repeat(carets)}`];
}
