import type { TestRun } from '@millrace/contracts';
import type { BlockPlan, StepPlan, WorkflowPlan } from '@millrace/schema';

/**
 * The plan of an execution that only tries something: it waits for no slot, a failure of it starts nothing, and it ends where the test
 * says. Follows from plan and test alone, so that one that is resumed has the same.
 */
export function testPlan(plan: WorkflowPlan, { only, until }: Pick<TestRun, 'only' | 'until'>): WorkflowPlan {
  const alone = { ...plan, concurrency: null, onFailureWorkflow: null };
  if (only !== undefined) return { ...alone, output: undefined, root: upToAlone(plan.root, only) };
  if (until !== undefined) return { ...alone, output: undefined, root: endingWith(plan.root, until) ?? plan.root };
  return alone;
}

/** The steps up to this one, in the order of the list and whatever their branches: which of them are run, the program decides. */
function upToAlone(block: BlockPlan, id: string): BlockPlan {
  const last = block.steps.findIndex((step) => step.id === id);
  const steps = block.steps.slice(0, last + 1).map((step, index): StepPlan => {
    if (index === last) return lastOf(step);
    const onError = { kind: 'continue' } as const;
    return { ...step, onError, branches: null, explicitNext: undefined, successor: index + 1 };
  });
  return { ...block, steps, entry: 0 };
}

/** The block, ending with this step or with the loop or parallel that it is in; null when it is not in there. */
function endingWith(block: BlockPlan, id: string): BlockPlan | null {
  for (const [index, step] of block.steps.entries()) {
    const ended = step.id === id ? lastOf(step) : endedInside(step, id);
    if (ended !== null) return { ...block, steps: block.steps.with(index, ended) };
  }
  return null;
}

function endedInside(step: StepPlan, id: string): StepPlan | null {
  for (const [index, block] of step.blocks.entries()) {
    const ended = endingWith(block, id);
    if (ended !== null) return { ...lastOf(step), blocks: step.blocks.with(index, ended) };
  }
  return null;
}

/** Ends its block, whichever branch it takes. */
function lastOf(step: StepPlan): StepPlan {
  return { ...step, branches: null, explicitNext: null, successor: null };
}
