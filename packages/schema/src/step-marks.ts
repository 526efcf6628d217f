import { definitionOf, type AnyStepDefinition } from './read-step.js';
import type { StepReach } from './step-definition.js';
import { STEP_TYPES } from './step-schemas.js';

/** What the rest of the platform goes by in steps of a type, besides its handler. */
export interface StepMarks extends Pick<AnyStepDefinition, 'asksModels' | 'endsExecution' | 'responds' | 'iterates'> {
  /** Null for a type that this version does not know: steps of it may have done anything. */
  readonly reaches: StepReach | null;
  /** Other steps are inside of it. */
  readonly holdsSteps: boolean;
}

const UNKNOWN: StepMarks = {
  reaches: null,
  asksModels: false,
  endsExecution: false,
  responds: false,
  iterates: false,
  holdsSteps: false,
};

const MARKS: ReadonlyMap<string, StepMarks> = new Map(
  STEP_TYPES.map((type) => {
    const { reaches, asksModels, endsExecution, responds, iterates, blocks } = definitionOf(type);
    return [type, { reaches, asksModels, endsExecution, responds, iterates, holdsSteps: blocks !== undefined }];
  }),
);

/** What the definition of a step type says of it. The name may be one that only a later version knows. */
export function marksOf(type: string): StepMarks {
  return MARKS.get(type) ?? UNKNOWN;
}
