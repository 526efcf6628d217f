import type { z } from 'zod';
import type { AnyStep } from './step-base.js';

/** One way on from a step: its name (`true`, `false`, `0`, `default`), where the document says it, and the ids to run in order. */
export interface BranchRef {
  readonly name: string;
  /** Path inside the step's config. */
  readonly path: readonly (string | number)[];
  readonly targets: readonly string[];
}

/** A list of steps inside a step: a loop's body or a branch of a parallel. */
export interface BlockRef {
  readonly name: string | null;
  /** Path of the list inside the step's config. */
  readonly path: readonly (string | number)[];
  readonly steps: readonly AnyStep[];
}

/** Everything the product knows about a step type before it runs. */
export interface StepDefinition<T extends string, C extends z.ZodObject> {
  readonly type: T;
  readonly title: string;
  readonly description: string;
  readonly config: C;
  /** Tried three times by default, since its failures are often the network's. */
  readonly retriedByDefault: boolean;
  /** Nothing runs after it. */
  readonly endsExecution: boolean;
  /** The step is a loop: `item`, `index` and `loop` exist in its blocks. */
  readonly iterates: boolean;
  /** The ways on, absent for a step that has none. */
  readonly branches?: (config: z.output<C>) => readonly BranchRef[];
  /** The nested lists, absent for a step that has none. */
  readonly blocks?: (config: z.output<C>) => readonly BlockRef[];
}

type Optional = 'retriedByDefault' | 'endsExecution' | 'iterates';

/** Declares a step type; the flags default to false. */
export function defineStep<const T extends string, C extends z.ZodObject>(
  definition: Omit<StepDefinition<T, C>, Optional> & Partial<Pick<StepDefinition<T, C>, Optional>>,
): StepDefinition<T, C> {
  return { retriedByDefault: false, endsExecution: false, iterates: false, ...definition };
}
