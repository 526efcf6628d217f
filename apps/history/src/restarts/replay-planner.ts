import { AppError, LIMITS, type ReplayPlan } from '@millrace/contracts';
import { marksOf, walkTo, type StepPlan, type WorkflowPlan } from '@millrace/schema';
import { topStepOf, type SourceReading } from './source-reading.js';

/** What a replay is to run. */
export interface ReplayTarget {
  readonly executionId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly plan: WorkflowPlan;
  readonly fromStep: string | undefined;
}

/** Works out what a replay reuses, and what it does again. Throws REUSE_IMPOSSIBLE. */
export function planReplay(source: SourceReading, target: ReplayTarget): { plan: ReplayPlan; reused: string[] } {
  const { before, after } = wayOf(source, target);
  const reused = before.map(({ id }) => id);
  const isAgain = new Set(reused);
  const repeats = [...source.effects.values()].filter(({ path }) => !isAgain.has(topStepOf(path)));
  const actions = new Map([
    ...after.map((step): [StepPlan, 'run'] => [step, 'run']),
    ...before.map((step): [StepPlan, 'reuse'] => [step, 'reuse']),
  ]);
  return {
    reused,
    plan: {
      execution_id: target.executionId,
      workflow_id: target.workflowId,
      workflow_version: target.version,
      from_step: target.fromStep ?? null,
      steps: target.plan.root.steps.flatMap((step) => {
        const action = actions.get(step);
        return action === undefined ? [] : [{ step_id: step.id, type: step.type, action }];
      }),
      repeats: repeats.slice(0, LIMITS.repeatsNamed).map((effects) => ({ ...effects })),
      repeats_total: repeats.length,
    },
  };
}

function wayOf(
  source: SourceReading,
  { plan: { root }, version, fromStep }: ReplayTarget,
): { readonly before: readonly StepPlan[]; readonly after: readonly StepPlan[] } {
  if (fromStep === undefined) return { before: [], after: root.steps };
  if (!root.steps.some(({ id }) => id === fromStep))
    throw impossible(
      fromStep,
      `Version ${version} has no step "${fromStep}" of its own; name one of its steps that is not inside of a loop or parallel`,
    );
  const walk = walkTo(root, fromStep, (step) => (whyNot(source, step) === null ? (source.outcomes.get(step.id) ?? null) : null)); // prettier-ignore
  if ('before' in walk) return walk;
  const { stoppedAt } = walk;
  if (stoppedAt === null)
    throw impossible(
      fromStep,
      `By the results of the execution, version ${version} does not come to the step "${fromStep}"; replay from an earlier step`,
    );
  throw impossible(
    stoppedAt.id,
    `The step "${stoppedAt.id}" comes before "${fromStep}" and cannot be reused: ${whyNot(source, stoppedAt)}. Replay from "${stoppedAt.id}", or from an earlier step`,
  );
}

/** Why the result of a step cannot be taken over; null when it can. */
function whyNot({ outcomes }: SourceReading, step: StepPlan): string | null {
  const outcome = outcomes.get(step.id);
  if (asksPeople(step)) return 'people have approved what the execution was then, and have to be asked again';
  if (outcome === undefined) return 'the execution has no result of it';
  if (outcome.type !== step.type) return `it is of type ${step.type} there, and was of type ${outcome.type}`;
  if (outcome.sealed && !step.secretsInOutput) return 'its output is secret, and the version would show it';
  return null;
}

/** By itself, or by a step inside of it. */
function asksPeople({ type, blocks }: StepPlan): boolean {
  return marksOf(type).reaches === 'people' || blocks.some(({ steps }) => steps.some(asksPeople));
}

function impossible(stepId: string, message: string): AppError {
  return new AppError('REUSE_IMPOSSIBLE', { message, details: { step_id: stepId } });
}
