import type { StepType } from '@millrace/schema';
import { condition } from './condition.step.js';
import { http } from './http.step.js';
import { loop } from './loop.step.js';
import { parallel } from './parallel.step.js';
import type { StepHandler, UnavailableHandler } from './step-handler.js';
import { stop } from './stop.step.js';
import { switchStep } from './switch.step.js';
import { transform } from './transform.step.js';
import { wait } from './wait.step.js';

/** The workflow can be saved and the other steps run; one of this type fails with STEP_TYPE_UNAVAILABLE. */
const unavailable: UnavailableHandler = { kind: 'unavailable' };

/** The one list of handlers. A step type without a line here does not compile. */
export const stepRegistry = {
  ai_completion: unavailable,
  http,
  condition,
  loop,
  email: unavailable,
  transform,
  switch: switchStep,
  parallel,
  wait,
  sub_workflow: unavailable,
  approval: unavailable,
  code: unavailable,
  respond: unavailable,
  stop,
} satisfies { readonly [T in StepType]: StepHandler<T> };
