import { marksOf, type BlockPlan, type StepPlan, type WorkflowPlan } from '@millrace/schema';

/** A block that a step run is in. */
export interface Level {
  readonly block: BlockPlan;
  /** What the paths of its steps begin with. */
  readonly prefix: string;
  /** The loop or parallel whose block it is; null for the workflow's own. */
  readonly container: { readonly step: StepPlan; readonly path: string; readonly index: number } | null;
}

/** Where a step run is in its workflow: the step, and the blocks around it, outermost first. */
export interface StepPlace {
  readonly step: StepPlan;
  readonly levels: readonly Level[];
}

/** The id of a step, and which block of it: by number, by name or none. */
const SEGMENT = /^([^.[]+)(?:\[(\d{1,6})\]\.|\.([^.[]+)\.)?/;

/** The place that a path names; null when the workflow has no such step. */
export function placeOf(plan: WorkflowPlan, path: string): StepPlace | null {
  const levels: Level[] = [{ block: plan.root, prefix: '', container: null }];
  for (let level = levels[0]; level !== undefined; level = levels.at(-1)) {
    const [whole = '', id, number, name] = SEGMENT.exec(path.slice(level.prefix.length)) ?? [];
    const step = level.block.steps.find((one) => one.id === id);
    if (step === undefined) return null;
    const prefix = level.prefix + whole;
    if (prefix === path) return { step, levels };
    const index = number === undefined ? step.blocks.findIndex((block) => block.name === name) : Number(number);
    const block = marksOf(step.type).iterates ? step.blocks[0] : step.blocks[index];
    if (block === undefined) return null;
    levels.push({ block, prefix, container: { step, path: level.prefix + step.id, index } });
  }
  return null;
}
