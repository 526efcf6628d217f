import { bit, type BlockFlow } from './flow.js';
import { formatPath } from './problem.js';
import type { IdPlaces } from './targets.js';
import type { ReadBlock } from './read-document.js';

/** What is known about a step at the place of an expression that reads it. */
export type StepState =
  | { readonly kind: 'ran' }
  | { readonly kind: 'maybe' }
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'inner'; readonly where: string }
  | { readonly kind: 'unknown' };

/** A list that an expression is in, and its position there. */
export interface Frame {
  readonly block: ReadBlock;
  /** The position of each id in the list. */
  readonly positions: ReadonlyMap<string, number>;
  /** Undefined when the list has problems that make it pointless to ask what has run. */
  readonly flow: BlockFlow | undefined;
  /** The position of the step the expression belongs to or is nested in; the list's length = after its end. */
  readonly position: number;
}

/** Where an expression is and what it can read. */
export interface Scope {
  /** The lists around it, innermost first; empty where no step has run. */
  readonly frames: readonly Frame[];
  readonly places: IdPlaces;
  readonly inLoop: boolean;
  /** The only roots there are, or undefined for all of them. */
  readonly roots?: ReadonlySet<string>;
  /** What the place is, for messages. */
  readonly place: string;
}

/** Whether a step has run when an expression in `scope` is evaluated. */
export function stateOf(id: string, scope: Scope): StepState {
  for (const [depth, frame] of scope.frames.entries()) {
    const position = frame.positions.get(id);
    if (position !== undefined) return stateInFrame(frame, position, depth);
  }
  const elsewhere = scope.places.get(id);
  if (elsewhere === undefined) return { kind: 'unknown' };
  if (scope.frames.length === 0) return { kind: 'never', why: `no step has run when ${scope.place} is evaluated` };
  return { kind: 'inner', where: formatPath(elsewhere) };
}

function stateInFrame(frame: Frame, position: number, depth: number): StepState {
  const { flow } = frame;
  if (position === frame.position) {
    return {
      kind: 'never',
      why: depth === 0 ? 'a step cannot read its own result' : 'a step inside it cannot read its result',
    };
  }
  if (position > frame.position) return { kind: 'never', why: 'it comes later' };
  const atEnd = frame.position >= frame.block.steps.length;
  // Without a way to this place there is nothing to say about what has run before it.
  if (flow === undefined || (!atEnd && flow.reachable[frame.position] !== true)) return { kind: 'ran' };
  const must = atEnd ? flow.atEnd.must : flow.mustHaveRun[frame.position];
  const may = atEnd ? flow.atEnd.may : flow.mayHaveRun[frame.position];
  if (((must ?? 0n) & bit(position)) !== 0n) return { kind: 'ran' };
  if (((may ?? 0n) & bit(position)) !== 0n) return { kind: 'maybe' };
  return { kind: 'never', why: 'it is on another branch' };
}

/** Ids of the steps an expression in `scope` can read. */
export function visibleIds(scope: Scope): string[] {
  return scope.frames.flatMap((frame) =>
    frame.block.steps.slice(0, frame.position).flatMap((step) => (step.id === null ? [] : [step.id])),
  );
}
