import type { ExecutableStepType } from '@millrace/schema';
import type { CompletionNeeds } from '../ai/completion.js';
import { aiCompletion } from './ai-completion.step.js';
import { approval, type ApprovalStepNeeds } from './approval.step.js';
import { code, type CodeStepNeeds } from './code.step.js';
import { condition } from './condition.step.js';
import { email, type EmailStepNeeds } from './email.step.js';
import { http, type HttpStepNeeds } from './http.step.js';
import { loop } from './loop.step.js';
import { parallel } from './parallel.step.js';
import { respond } from './respond.step.js';
import type { StepHandler } from './step-handler.js';
import { stop } from './stop.step.js';
import { subWorkflow } from './sub-workflow.step.js';
import { switchStep } from './switch.step.js';
import { transform } from './transform.step.js';
import { wait } from './wait.step.js';

/** What the handlers work with that is not their step's: clients, clocks. By the type of the step that needs it. */
export interface HandlerNeeds {
  readonly http: HttpStepNeeds;
  readonly ai_completion: CompletionNeeds;
  readonly email: EmailStepNeeds;
  readonly code: CodeStepNeeds;
  readonly approval: ApprovalStepNeeds;
}

/** A handler for every step type that a definition calls executable: one without a line here does not compile. */
export type StepHandlers = { readonly [T in ExecutableStepType]: StepHandler<T> };

/** Handlers of some step types: a step of any other type fails with STEP_TYPE_UNAVAILABLE. */
export type SomeStepHandlers = { readonly [T in ExecutableStepType]?: StepHandler<T> | undefined };

/** Whether a step of the type, once begun, may have had an effect outside; so may one of a type that nobody here knows. */
export function reachesOutside(handlers: SomeStepHandlers, type: string): boolean {
  const handler = (handlers as Readonly<Record<string, StepHandler<ExecutableStepType> | undefined>>)[type];
  if (handler === undefined) return true;
  return handler.kind === 'effect' && handler.reachesOutside !== false;
}

/** The one list of handlers. With fewer needs than there are, as in a test, the types that lack theirs have no handler. */
export function stepHandlers(needs: HandlerNeeds): StepHandlers;
export function stepHandlers(needs: Partial<HandlerNeeds>): SomeStepHandlers;
export function stepHandlers(needs: Partial<HandlerNeeds>): { [T in ExecutableStepType]: StepHandler<T> | undefined } {
  return {
    ai_completion: needs.ai_completion && aiCompletion(needs.ai_completion),
    http: needs.http && http(needs.http),
    email: needs.email && email(needs.email),
    code: needs.code && code(needs.code),
    condition,
    loop,
    transform,
    switch: switchStep,
    parallel,
    wait,
    respond,
    stop,
    sub_workflow: subWorkflow,
    approval: approval(needs.approval),
  };
}
