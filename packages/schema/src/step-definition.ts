import type { z } from 'zod';
import type { CheckContext } from './check-context.js';
import type { DocumentPath, Report } from './problem.js';
import type { AnyStep } from './step-base.js';

/**
 * What a step changes that is not its execution: `nothing`, also when it computes elsewhere; `people` who are asked; other `executions`, which it
 * starts; or anything `outside`, by a call. What has begun of the last two cannot be undone, and a replay does it again.
 */
export type StepReach = 'nothing' | 'people' | 'executions' | 'outside';

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

/**
 * The definition of a step type, without the code that runs it. Marks on the fields of `config` say what a step refers to:
 * expressions (and by them secrets), steps and workflows.
 */
export interface StepDefinition<T extends string, C extends z.ZodObject, E extends boolean> {
  readonly type: T;
  readonly title: string;
  readonly description: string;
  /** Names that other systems give such a step; "Did you mean" suggestions recognise them. */
  readonly aliases: readonly string[];
  readonly config: C;
  /** A config that has every field that may be with the others. */
  readonly example: z.input<C>;
  /** The shape of `{{id.output}}`. */
  readonly output: z.ZodType;
  /** The member of the output that `{{id.data}}` is, or null when that is the whole output. */
  readonly data: string | null;
  /** This version's executors have a handler for it. Otherwise it is checked and stored, saving warns, and the step fails. */
  readonly executable: E;
  /** Its section of docs/workflows.md, as the anchor of its heading. */
  readonly section: string;
  /** Its page of the documentation, by its path in the repository. */
  readonly page: string;
  readonly reaches: StepReach;
  /** Asks language models, which may cost credits. */
  readonly asksModels: boolean;
  /** Tried three times by default, since its failures are often the network's. */
  readonly retriedByDefault: boolean;
  /** Nothing runs after it. */
  readonly endsExecution: boolean;
  /** Its output is what a caller that waits for the execution gets. */
  readonly responds: boolean;
  /** The step is a loop: `item`, `index` and `loop` exist in its blocks. */
  readonly iterates: boolean;
  /** The ways on, absent for a step that has none. */
  readonly branches?: (config: z.output<C>) => readonly BranchRef[];
  /** The nested lists, absent for a step that has none. */
  readonly blocks?: (config: z.output<C>) => readonly BlockRef[];
  /**
   * Reports what is refused or warned of when a document is saved, and is no reason to refuse a version that was saved before there was
   * the check; absent when there is nothing. `at` is the place of the config.
   */
  readonly check?: (
    config: Readonly<Record<string, unknown>>,
    at: DocumentPath,
    report: Report,
    context: CheckContext,
  ) => void;
}

type Optional =
  | 'aliases'
  | 'data'
  | 'section'
  | 'page'
  | 'asksModels'
  | 'retriedByDefault'
  | 'endsExecution'
  | 'responds'
  | 'iterates';

/** Declares a step type. Flags default to false, `data` to the whole output, `section` to a heading that is the type's name, `page` to one of its own. */
export function defineStep<const T extends string, C extends z.ZodObject, const E extends boolean>(
  definition: Omit<StepDefinition<T, C, E>, Optional> & Partial<Pick<StepDefinition<T, C, E>, Optional>>,
): StepDefinition<T, C, E> {
  const { type } = definition;
  const defaults = {
    aliases: [],
    data: null,
    section: type,
    page: `docs/steps/${type}.md`,
    asksModels: false,
    retriedByDefault: false,
    endsExecution: false,
    responds: false,
    iterates: false,
  };
  return { ...defaults, ...definition };
}
