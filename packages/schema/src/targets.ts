import { isLegalId } from './identifiers.js';
import { formatPath, type DocumentPath, type Report } from './problem.js';
import type { ReadBlock, ReadStep } from './read-document.js';
import type { Suggest } from './suggest.js';

/** One branch with its targets as positions; targets that do not exist, or are before the step, are left out. */
export interface ResolvedBranch {
  readonly name: string;
  readonly targets: readonly number[];
}

/** Where a step leads, as positions in its list. */
export interface ResolvedStep {
  readonly explicitNext: number | null | undefined;
  readonly goto: number | null;
  readonly branches: readonly ResolvedBranch[];
}

/** A list whose targets are worked out. */
export interface ResolvedBlock {
  readonly steps: readonly ResolvedStep[];
  /** Positions that run only when something names them. */
  readonly branchTargets: ReadonlySet<number>;
  /** False when a problem makes it pointless to judge what can run. */
  readonly sound: boolean;
}

/** Where every id of the document is (first occurrence). */
export type IdPlaces = ReadonlyMap<string, DocumentPath>;

/** Turns the ids a list's steps lead to into positions; reports unknown, foreign and backward targets and branches out of order. */
export function resolveTargets(block: ReadBlock, places: IdPlaces, report: Report): ResolvedBlock {
  const positions = new Map<string, number>();
  block.steps.forEach((step, index) => {
    if (step.id !== null && !positions.has(step.id)) positions.set(step.id, index);
  });
  const allNamed = block.steps.every((step) => step.id !== null);
  let sound = block.steps.every((step) => step.sound);
  const tell: Report = (problem) => {
    sound = false;
    report(problem);
  };
  const resolve = (from: number, id: string, at: DocumentPath): number | null => {
    const to = positions.get(id);
    if (to === undefined) {
      // A step without an id may be the one that is meant; its id is asked for already.
      if (allNamed || places.has(id)) tell(missingTarget(block, id, at, positions, places));
      else sound = false;
    } else if (to > from) return to;
    else tell(backwardTarget(id, from === to, at));
    return null;
  };
  const steps = block.steps.map((step, index) => resolveStep(step, index, resolve));
  const branchTargets = new Set(
    steps.flatMap((step) => [
      ...step.branches.flatMap((branch) => branch.targets),
      ...(step.goto === null ? [] : [step.goto]),
    ]),
  );
  if (sound) checkOrder(block, steps, tell);
  block.steps.forEach((step) => checkNext(step, tell));
  return { steps, branchTargets, sound };
}

type Resolve = (from: number, id: string, at: DocumentPath) => number | null;

function resolveStep(step: ReadStep, index: number, resolve: Resolve): ResolvedStep {
  const { next, on_error: onError } = step.base;
  const branches = (step.branches ?? []).map((branch) => {
    const place = [...step.at, 'config', ...branch.path];
    const many = Array.isArray(valueUnder(step.config, branch.path));
    const targets = branch.targets.map((id, order) => resolve(index, id, many ? [...place, order] : place));
    return { name: branch.name, targets: targets.filter((target) => target !== null) };
  });
  return {
    explicitNext: typeof next === 'string' ? (resolve(index, next, [...step.at, 'next']) ?? undefined) : next,
    goto: typeof onError === 'object' ? resolve(index, onError.goto, [...step.at, 'on_error', 'goto']) : null,
    branches,
  };
}

function valueUnder(config: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], config);
}

function missingTarget(
  block: ReadBlock,
  id: string,
  at: DocumentPath,
  positions: ReadonlyMap<string, number>,
  places: IdPlaces,
) {
  const elsewhere = places.get(id);
  if (elsewhere === undefined) {
    return {
      code: 'unknown_target',
      at,
      message: `there is no step "${id}"`,
      hint: (suggest: Suggest) => suggest(id, positions.keys()) ?? stepsHere(positions),
    } as const;
  }
  return {
    code: 'foreign_target',
    at,
    message: `"${id}" is a step of another list (${formatPath(elsewhere)}), not of ${formatPath(block.at)}`,
    hint: 'A step can only lead to steps of its own list: not into a loop or parallel, and not out of it.',
  } as const;
}

function stepsHere(positions: ReadonlyMap<string, number>): string | undefined {
  if (positions.size === 0 || positions.size > 20) return undefined;
  const ids = [...positions.keys()];
  // An id that is none, since it is far too long, is not worth repeating with every problem.
  return ids.every((id) => isLegalId(id)) ? `Steps here: ${ids.join(', ')}.` : undefined;
}

function backwardTarget(id: string, itself: boolean, at: DocumentPath) {
  return {
    code: 'backward_target',
    at,
    message: itself ? 'a step cannot lead to itself' : `"${id}" comes before this step`,
    hint: 'Steps lead forward only. To repeat steps use a "loop" step, to try a failed step again use "retry".',
  } as const;
}

function checkNext(step: ReadStep, report: Report): void {
  if (
    step.base.next === undefined ||
    step.branches === null ||
    step.branches.every((branch) => branch.targets.length === 0)
  )
    return;
  report({
    code: 'next_on_branching',
    at: [...step.at, 'next'],
    on: 'key',
    message: 'a step with branches goes on by its branches and can have no "next"',
    hint: 'Put "next" on the last step of a branch, or name the step as the branch for the other cases.',
  });
}

/**
 * A later target must not be able to run as part of an earlier one, else a step could run twice: everything the earlier
 * target's own branches lead to has to be before the later target.
 */
function checkOrder(block: ReadBlock, steps: readonly ResolvedStep[], report: Report): void {
  const furthest: number[] = [];
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    let most = index;
    for (const branch of steps[index]?.branches ?? []) {
      for (const target of branch.targets) most = Math.max(most, furthest[target] ?? target);
    }
    furthest[index] = most;
  }
  steps.forEach((step, index) => {
    for (const branch of step.branches) {
      branch.targets.forEach((target, order) => {
        const later = branch.targets[order + 1];
        if (later === undefined || later > (furthest[target] ?? target)) return;
        const ref = block.steps[index];
        const path = ref?.branches?.find((one) => one.name === branch.name)?.path ?? [];
        report({
          code: 'branch_order',
          at: [...(ref?.at ?? block.at), 'config', ...path, order + 1],
          message: `"${block.steps[later]?.id}" has to be after "${block.steps[furthest[target] ?? target]?.id}" in the list of steps, since this branch runs it later`,
          hint: 'Name the targets of a branch in the order in which the steps are in the list, each once.',
        });
      });
    }
  });
}
