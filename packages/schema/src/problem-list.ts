import { REPORT_LIMITS } from './limits.js';
import { formatPath, shortened, type Problem, type RawProblem } from './problem.js';
import type { Source } from './text/source.js';
import { suggestions, type Suggest } from './suggest.js';

type Placed = RawProblem & Pick<Problem, 'severity' | 'line' | 'column'>;

/** Ends a check that has found as many errors as are listed: all that it could still find would be left out. */
export class EnoughProblems extends Error {}

/**
 * The problems of one validation, as many errors and as many warnings as may be listed: a document may have more of them
 * than there is time and room for.
 */
export class ProblemList {
  readonly #errors: RawProblem[] = [];
  readonly #warnings: RawProblem[] = [];
  #unlisted = 0;
  #cut = false;

  /** At most `limit` problems are listed. */
  constructor(private readonly limit: number) {}

  /** Takes one more. Throws {@link EnoughProblems} once no further error would be listed. */
  add(problem: RawProblem): void {
    const list = problem.severity === 'warning' ? this.#warnings : this.#errors;
    if (list.length < this.limit) list.push(problem);
    else if (problem.severity === 'warning') this.#unlisted += 1;
    else {
      this.#cut = true;
      throw new EnoughProblems();
    }
  }

  /** True when there is one that prevents saving. */
  get hasErrors(): boolean {
    return this.#errors.length > 0;
  }

  /** Errors first, in the order of the text when the source has one; the last one says how many are left out. */
  listed(source: Source | null): Problem[] {
    const place = (problem: RawProblem): Placed => ({
      ...problem,
      severity: problem.severity ?? 'error',
      ...(problem.place ?? source?.locate?.(problem) ?? {}),
    });
    const placed = [...this.#errors.map(place).sort(byPlace), ...this.#warnings.map(place).sort(byPlace)];
    const report = { suggest: suggestions(), excerpts: REPORT_LIMITS.excerpts };
    const listed = placed.slice(0, this.limit).map((problem) => finished(problem, report));
    const more = this.#unlisted + placed.length - listed.length;
    if (more === 0 && !this.#cut) return listed;
    const severity = placed[0]?.severity ?? 'error';
    const message = this.#cut
      ? `only the first ${this.limit} errors are listed, and nothing after them has been checked`
      : `${more} more problems are not listed`;
    return [...listed, { severity, code: 'too_many_problems', path: '', message }];
  }
}

function byPlace(a: Placed, b: Placed): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Writes the path, looks for the hint and cuts what is too long to be reported. */
function finished(problem: Placed, report: { readonly suggest: Suggest; excerpts: number }): Problem {
  const { at, on: _on, place: _place, hint, excerpt, message, ...rest } = problem;
  const hintText = typeof hint === 'function' ? hint(report.suggest) : hint;
  report.excerpts -= excerpt?.length ?? 0;
  return {
    ...rest,
    path: formatPath(at),
    message: shortened(message, REPORT_LIMITS.messageLength),
    ...(hintText === undefined ? {} : { hint: shortened(hintText, REPORT_LIMITS.messageLength) }),
    ...(excerpt === undefined || report.excerpts < 0 ? {} : { excerpt }),
  };
}

/** Runs a check. Null when it has found as many errors as are listed. */
export function untilEnough<T>(check: () => T): T | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof EnoughProblems) return null;
    throw error;
  }
}
