import type { StepPlan } from '@millrace/schema';
import { newFrame, type BlockFrame, type LoopFrame, type ParallelFrame, type Task } from './frames.js';
import { nestedScope, resetSteps } from './scope.js';

/** A step run that begins: it has no attempt yet. */
export function newTask(frame: BlockFrame, step: StepPlan): Task {
  return {
    path: frame.prefix + step.id,
    step,
    scope: frame.scope,
    frame,
    attempt: 1,
    firstStartedAt: null,
    startedAt: null,
    notBefore: null,
    waitsUntil: null,
    waitsForSignal: null,
    waitsForApproval: null,
    tools: null,
    doubt: null,
    state: 'queued',
    container: null,
  };
}

/** The loop's next iteration, which counts as active from now on; null when none may begin now. */
export function nextIteration(loop: LoopFrame): BlockFrame | null {
  const { items, block, task } = loop;
  if (loop.active.size >= loop.concurrency || loop.nextIndex >= items.length) return null;
  const index = loop.nextIndex++;
  const scope = loop.idleScopes.pop() ?? nestedScope(task.scope);
  resetSteps(scope, block.steps);
  scope.item = items[index];
  scope.index = index;
  scope.loop = { first: index === 0, last: index === items.length - 1, index, length: items.length };
  const frame = newFrame({ block, scope, prefix: `${task.path}[${index}].`, parent: loop, index });
  loop.active.add(frame);
  return frame;
}

/** The parallel's branches that have steps, in their order; all count as active from now on. */
export function beginBranches(parallel: ParallelFrame): BlockFrame[] {
  const { task } = parallel;
  return task.step.blocks.flatMap((block, index) => {
    if (block.entry === null) return [];
    const scope = nestedScope(task.scope);
    resetSteps(scope, block.steps);
    const prefix = block.name === null ? `${task.path}[${index}].` : `${task.path}.${block.name}.`;
    const frame = newFrame({ block, scope, prefix, parent: parallel, index });
    parallel.active.add(frame);
    return [frame];
  });
}
