import type { z } from 'zod';
import type { AnyStep } from './step-base.js';
import { aiCompletionStep } from './steps/ai-completion.js';
import { approvalStep } from './steps/approval.js';
import { codeStep } from './steps/code.js';
import { conditionStep } from './steps/condition.js';
import { emailStep } from './steps/email.js';
import { httpStep } from './steps/http.js';
import { loopStep } from './steps/loop.js';
import { parallelStep } from './steps/parallel.js';
import { respondStep } from './steps/respond.js';
import { stopStep } from './steps/stop.js';
import { subWorkflowStep } from './steps/sub-workflow.js';
import { switchStep } from './steps/switch.js';
import { transformStep } from './steps/transform.js';
import { waitStep } from './steps/wait.js';

/** The one list of step types. A new type is a file in `steps/` and a line here; if it is executable, the executor's registry fails to compile until it has a handler. */
export const stepDefinitions = {
  ai_completion: aiCompletionStep,
  http: httpStep,
  condition: conditionStep,
  loop: loopStep,
  email: emailStep,
  transform: transformStep,
  switch: switchStep,
  parallel: parallelStep,
  wait: waitStep,
  sub_workflow: subWorkflowStep,
  approval: approvalStep,
  code: codeStep,
  respond: respondStep,
  stop: stopStep,
} as const;

/** The name of a step type. */
export type StepType = keyof typeof stepDefinitions;

/** The config of a step type as the executor sees it: validated, defaults filled in, templates still text. */
export type ConfigOf<T extends StepType> = z.output<(typeof stepDefinitions)[T]['config']>;

/** The config of a step type as a user writes it: what has a default may be left out. */
export type ConfigInputOf<T extends StepType> = z.input<(typeof stepDefinitions)[T]['config']>;

/** A step as a user writes it, discriminated by `type`. */
export type Step = {
  [T in StepType]: Omit<AnyStep, 'type' | 'config'> & { type: T; config?: ConfigInputOf<T> };
}[StepType];

/** All step types, in the order of the list. */
export const STEP_TYPES = Object.keys(stepDefinitions) as readonly StepType[];

/** The name of a step type that this version's executors run. */
export type ExecutableStepType = {
  [T in StepType]: (typeof stepDefinitions)[T]['executable'] extends true ? T : never;
}[StepType];

/** The step types that this version's executors run; saving warns of all others. */
export const EXECUTABLE_STEP_TYPES = STEP_TYPES.filter(
  (type): type is ExecutableStepType => stepDefinitions[type].executable,
);

/** What `{{id.data}}` is of a step that has this output. */
export function dataOf(type: StepType, output: unknown): unknown {
  const member: string | null = stepDefinitions[type].data;
  if (member === null) return output;
  if (typeof output !== 'object' || output === null || !Object.hasOwn(output, member)) return null;
  return (output as Readonly<Record<string, unknown>>)[member];
}

/** True for the name of a step type. */
export function isStepType(value: unknown): value is StepType {
  return typeof value === 'string' && Object.hasOwn(stepDefinitions, value);
}
