import { REPORT_LIMITS } from './limits.js';
import type { BlockPlan, StepPlan, WorkflowPlan } from './plan.js';
import { definitionOf } from './read-step.js';
import { WaitingTargets } from './waiting-targets.js';

/** A step that may run next, or null for the end of the list, and what it depends on. */
export interface NextStep {
  readonly stepId: string | null;
  /**
   * `done`: the step has ended, or was skipped; `error`: it has failed; the name of a branch (`true`, `false`, `0`, `default`): that one is
   * taken; `skipped`: a step with branches takes none of them.
   */
  readonly on: string;
}

/** A step in the order of the plan. */
export interface OrderedStep {
  readonly step: StepPlan;
  /** The loop or parallel that it is in, or null. */
  readonly parent: string | null;
  /** The name of the branch of that parallel, or null. */
  readonly branch: string | null;
  readonly next: readonly NextStep[];
}

/** Every step of a plan, in the order of the document, with those that may follow it in its list. */
export interface PlanOrder {
  readonly steps: readonly OrderedStep[];
  /** False when there are more possible next steps than are listed. */
  readonly complete: boolean;
}

/** Works out what may follow what. Costs no more than the check of the document did. */
export function orderOf(plan: WorkflowPlan): PlanOrder {
  const steps: OrderedStep[] = [];
  const room = { left: REPORT_LIMITS.nextSteps };
  addBlock(plan.root, null, { steps, room });
  return { steps, complete: room.left >= 0 };
}

interface Listing {
  readonly steps: OrderedStep[];
  readonly room: { left: number };
}

function addBlock(block: BlockPlan, parent: string | null, listing: Listing): void {
  const next = nextSteps(block, listing.room);
  block.steps.forEach((step, position) => {
    listing.steps.push({ step, parent, branch: block.name, next: next[position] ?? [] });
    for (const inner of step.blocks) addBlock(inner, step.id, listing);
  });
}

function nextSteps(block: BlockPlan, room: Listing['room']): NextStep[][] {
  const waitingTargets = new WaitingTargets(block.steps.length);
  if (block.entry !== null) waitingTargets.add(block.entry, null);
  return block.steps.map((step, position) => {
    const found = new Map<string, NextStep>();
    const lead = (to: number | null, on: string, waiting?: number | null): void => {
      const stepId = to === null ? null : (block.steps[to]?.id ?? null);
      if (to !== null && waiting !== undefined) waitingTargets.add(to, waiting);
      const key = `${on} ${stepId ?? ''}`;
      if (!found.has(key) && --room.left >= 0) found.set(key, { stepId, on });
    };
    const goOn = (on: string): void => {
      if (step.explicitNext !== undefined) return lead(step.explicitNext, on, null);
      for (const waiting of waitingTargets.at(position)) {
        if (waiting === null) lead(step.successor, on, null);
        else {
          lead(waiting, on);
          waitingTargets.takeUp(waiting);
        }
      }
    };
    const branches = Object.entries(step.branches ?? {});
    for (const [name, targets] of branches) {
      if (targets.length === 0) goOn(name);
      else {
        waitingTargets.enterBranch(position, targets);
        lead(targets[0] ?? null, name);
      }
    }
    if (step.branches === null) {
      if (!definitionOf(step.type).endsExecution || step.if !== null || step.onError.kind === 'continue') goOn('done');
    } else if (step.if !== null || step.onError.kind === 'continue') goOn('skipped');
    if (step.onError.kind === 'goto') lead(step.onError.target, 'error', null);
    return [...found.values()];
  });
}
