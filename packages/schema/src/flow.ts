import { successorsOf } from './plan-workflow.js';
import type { ReadBlock } from './read-document.js';
import { definitionOf } from './read-step.js';
import type { ResolvedBlock } from './targets.js';
import { WaitingTargets } from './waiting-targets.js';

/** What can happen in a list of steps. Sets of positions are bit sets: bit `n` stands for position `n`. */
export interface BlockFlow {
  /** Whether the step can run at all. */
  readonly reachable: readonly boolean[];
  /** The steps that may have run when this one starts. */
  readonly mayHaveRun: readonly bigint[];
  /** The steps that have run, whatever happened, when this one starts. */
  readonly mustHaveRun: readonly bigint[];
  /** The same at the end of the list. */
  readonly atEnd: { readonly may: bigint; readonly must: bigint };
}

/** The bit of one position. */
export function bit(position: number): bigint {
  return 1n << BigInt(position);
}

/**
 * Follows every way through a list. Steps lead forward only, so one pass in list order sees each step after all that
 * lead to it. What is left of a branch is known by its next target, which waits until its turn comes.
 */
export function flowOf(block: ReadBlock, resolved: ResolvedBlock): BlockFlow {
  const size = block.steps.length;
  const successors = successorsOf(resolved);
  const waitingTargets = new WaitingTargets(size);
  const reached: boolean[] = Array.from({ length: size }, () => false);
  const may: bigint[] = Array.from({ length: size }, () => 0n);
  const must: bigint[] = Array.from({ length: size }, () => 0n);
  const end = { may: 0n, must: 0n, reached: false };

  const lead = (from: number, to: number | null, certain: boolean): void => {
    const nowMay = from < 0 ? 0n : (may[from] ?? 0n) | bit(from);
    const nowMust = from < 0 ? 0n : (must[from] ?? 0n) | (certain ? bit(from) : 0n);
    if (to === null) {
      end.must = end.reached ? end.must & nowMust : nowMust;
      end.may |= nowMay;
      end.reached = true;
    } else {
      must[to] = reached[to] ? (must[to] ?? 0n) & nowMust : nowMust;
      may[to] = (may[to] ?? 0n) | nowMay;
      reached[to] = true;
    }
  };
  const leadWith = (from: number, to: number | null, waiting: number | null, certain: boolean): void => {
    lead(from, to, certain);
    if (to !== null) waitingTargets.add(to, waiting);
  };

  leadWith(-1, successors[0] ?? null, null, true);
  for (let position = 0; position < size; position += 1) {
    if (!reached[position]) continue;
    const step = block.steps[position];
    const places = resolved.steps[position];
    if (step === undefined || places === undefined) continue;
    const certain = step.base.if === undefined;
    const goOn = (): void => {
      if (places.explicitNext !== undefined) leadWith(position, places.explicitNext, null, certain);
      else
        for (const waiting of waitingTargets.at(position)) {
          if (waiting === null) leadWith(position, successors[position + 1] ?? null, null, certain);
          else {
            lead(position, waiting, certain);
            waitingTargets.takeUp(waiting);
          }
        }
    };
    const taken = places.branches.filter((branch) => branch.targets.length > 0);
    for (const { targets } of taken) {
      waitingTargets.enterBranch(position, targets);
      lead(position, targets[0] ?? null, true);
    }
    const always = taken.length > 0 && taken.length === places.branches.length;
    const ends = step.type !== null && definitionOf(step.type).endsExecution;
    if (!certain || step.base.on_error === 'continue' || (!always && !ends)) goOn();
    if (places.goto !== null) leadWith(position, places.goto, null, true);
  }
  return { reachable: reached, mayHaveRun: may, mustHaveRun: must, atEnd: { may: end.may, must: end.must } };
}
