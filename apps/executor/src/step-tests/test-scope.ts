import { dataOf, isStepType } from '@millrace/schema';
import type { Scope, StepResult } from '../engine/scope.js';
import type { Frozen } from '../executions/frozen-values.js';
import type { StepTestQuestion } from './tested-step.js';

type Given = NonNullable<StepTestQuestion['context']['steps']>[string];

/** What a step that is tried can read: what was sent, and beside it what the organisation has. No secrets. */
export function scopeOfTest(
  { context }: StepTestQuestion,
  frozen: Frozen,
  of: { readonly id: string; readonly at: string },
): Omit<Scope, 'secrets'> {
  const { input = null, variables, steps = {}, item, index, loop } = context;
  return {
    input,
    variables: { ...frozen.variables, ...variables },
    env: frozen.env ?? {},
    execution: context.execution ?? { id: of.id, started_at: of.at },
    workflow: context.workflow ?? { id: null, name: null, version: null },
    trigger: context.trigger ?? { type: 'api' },
    steps: Object.fromEntries(Object.entries(steps).map(([id, given]) => [id, resultOf(given)])),
    ...(item === undefined ? {} : { item }),
    ...(index === undefined ? {} : { index }),
    // A plain value: whoever tries a step says what its loop is like.
    ...(loop === undefined ? {} : { loop: loop as NonNullable<Scope['loop']> }),
  };
}

function resultOf({ output, data, status = 'completed', error = null, type }: Given): StepResult {
  const found = data ?? (type !== undefined && isStepType(type) ? dataOf(type, output) : output);
  return { status, output, data: found, error: error as StepResult['error'] };
}
