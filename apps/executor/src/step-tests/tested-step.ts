import { AppError, type TestStep } from '@millrace/contracts';
import {
  fieldSites,
  isStepType,
  marksOf,
  stepDefinitions,
  validateWorkflow,
  valuesAt,
  type Problem,
  type StepPlan,
  type WorkflowPlan,
} from '@millrace/schema';
import type { z } from 'zod';
import type { SomeStepHandlers } from '../steps/registry.js';
import type { StepHandler } from '../steps/step-handler.js';

export type StepTestQuestion = z.output<typeof TestStep.question>;

/** A step that can be tried, in a plan of nothing else that runs. */
export interface TestedStep {
  readonly plan: WorkflowPlan;
  readonly step: StepPlan;
}

/** What of a step says where an execution goes on: there is none. */
const OF_EXECUTIONS = ['next', 'on_error', 'retry'];

/** Why a type cannot be tried alone, by the kind of its handler. */
const NOT_ALONE: Readonly<Partial<Record<StepHandler<never>['kind'], string>>> = {
  container: 'it runs other steps; try those, or execute the workflow as a test',
  wait: 'it only waits, for a time, a signal or people; execute the workflow as a test',
  child: 'it starts other executions; execute the workflow as a test',
};

/**
 * Validates a step as it would be in a document, behind the steps whose results it is given, and inside of a loop where it
 * is given an item. Without a step, `problems` has errors. Throws STEP_NOT_TESTABLE.
 */
export function testedStep(
  { step, context, missing }: StepTestQuestion,
  names: { readonly variables: readonly string[]; readonly env: readonly string[] },
  handlers: SomeStepHandlers,
): { readonly tested: TestedStep | null; readonly problems: readonly Problem[] } {
  requireTestable(step, handlers);
  const own = Object.fromEntries(Object.entries(step).filter(([name]) => !OF_EXECUTIONS.includes(name)));
  const id = typeof step['id'] === 'string' ? step['id'] : '';
  const before = Object.keys(context.steps ?? {}).filter((one) => one !== id);
  const after = targetsOf(own).filter((one) => one !== id && !before.includes(one));
  const inLoop = context.item !== undefined || context.index !== undefined || context.loop !== undefined;
  const tried = [own, ...after.map(emptyStep)];
  const steps = inLoop ? [{ id: loopId(before), type: 'loop', config: { items: [], steps: tried } }] : tried;
  const document = {
    name: 'Test of a step',
    variables: context.variables ?? {},
    settings: missing === undefined ? {} : { missing },
    steps: [...before.map(emptyStep), ...steps],
  };
  const result = validateWorkflow(document, names);
  const at = `steps[${before.length}]${inLoop ? '.config.steps[0]' : ''}`;
  const problems = result.problems.filter(({ code }) => code !== 'unreachable_step').map((one) => placed(one, at));
  if (!result.ok) return { tested: null, problems };
  const found = result.plan.root.steps[before.length];
  const planned = inLoop ? found?.blocks[0]?.steps[0] : found;
  return { tested: planned === undefined ? null : { plan: result.plan, step: planned }, problems };
}

function requireTestable({ type, config }: Readonly<Record<string, unknown>>, handlers: SomeStepHandlers): void {
  // What is no type is a problem of the document.
  if (typeof type !== 'string' || !isStepType(type)) return;
  const kind = (handlers as Readonly<Record<string, StepHandler<never> | undefined>>)[type]?.kind;
  const hasTools = marksOf(type).asksModels && typeof config === 'object' && config !== null && 'tools' in config;
  const why = hasTools ? NOT_ALONE.child : kind && NOT_ALONE[kind];
  if (why === undefined) return;
  throw new AppError('STEP_NOT_TESTABLE', {
    message: `A step of type "${type}" cannot be tried alone: ${why}`,
    details: { step_type: type },
  });
}

/** Ids of the steps that it goes on with by its config. */
function targetsOf({ type, config }: Readonly<Record<string, unknown>>): string[] {
  if (typeof type !== 'string' || !isStepType(type)) return [];
  const sites = fieldSites(stepDefinitions[type].config).filter(({ kind }) => kind === 'targets');
  const targets = sites.flatMap(({ path }) => valuesAt(config, path, [])).flatMap(({ value }) => value);
  return [...new Set(targets.filter((target) => typeof target === 'string'))];
}

/** Has the id of a step that the tested one refers to, and does nothing. */
function emptyStep(id: string): object {
  return { id, type: 'transform', config: { output: null } };
}

function loopId(taken: readonly string[]): string {
  let id = 'around';
  while (taken.includes(id)) id += '_';
  return id;
}

/** What validation says of a name that the document would have around the step. */
const NOT_THERE = /^there is no step and no value | exists only inside a loop$/;
const IN_CONTEXT =
  'When a step is tried, it reads what "context" has: "input", "variables", results of other steps in "steps" (by their ids, as {"output": …}), and in a loop "item" and "index".';

/** In the words of whoever tries a step, around which there are no steps, and with a path of what was sent instead of the document that was made of it. */
function placed(found: Problem, at: string): Problem {
  const problem =
    found.code === 'unknown_name' && NOT_THERE.test(found.message) ? { ...found, hint: IN_CONTEXT } : found;
  if (problem.path === at || problem.path.startsWith(`${at}.`) || problem.path.startsWith(`${at}[`))
    return { ...problem, path: `step${problem.path.slice(at.length)}` };
  return { ...problem, path: problem.path.startsWith('variables') ? `context.${problem.path}` : 'context.steps' };
}
