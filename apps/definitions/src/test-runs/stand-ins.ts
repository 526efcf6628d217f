import { ERRORS, LIMITS, type ErrorIssue, type StandIn } from '@millrace/contracts';
import type { BlockPlan, StepPlan, WorkflowPlan } from '@millrace/schema';
import { isObject } from '../workflows/json-object.js';

/** What was sent for the steps of a test. */
export interface SentStandIns {
  readonly mocks: Readonly<Record<string, unknown>>;
  readonly pins: Readonly<Record<string, unknown>>;
}

/**
 * What takes the place of results, by step; a mock goes before a pin. Pins of steps that the document does not have are left out: a draft keeps
 * them for when the step is back. `problems` has those of the mocks.
 */
export function standInsOf(
  plan: WorkflowPlan,
  { mocks, pins }: SentStandIns,
): { readonly results: Record<string, StandIn>; readonly problems: readonly ErrorIssue[] } {
  const steps = new Map(stepsOf(plan.root).map((step) => [step.id, step]));
  const pinned = Object.entries(pins).filter(([id]) => steps.has(id));
  const problems = [
    ...(Object.keys(mocks).length > LIMITS.draftPins
      ? [issue('mocks', `has more than ${LIMITS.draftPins} steps`)]
      : []),
    ...Object.entries(mocks).flatMap(([id, value]) => problemsOf(steps.get(id), id, standInOf(value))),
    ...pinned.flatMap(([id, output]) => problemsOf(steps.get(id), id, { by: 'pin', output }, 'pins')),
  ];
  const results = new Map<string, StandIn>([
    ...pinned.map(([id, output]) => [id, { by: 'pin', output }] as const),
    ...Object.entries(mocks).map(([id, value]) => [id, standInOf(value)] as const),
  ]);
  return { results: Object.fromEntries(results), problems };
}

/** All steps, nested ones too. */
export function stepsOf(block: BlockPlan): StepPlan[] {
  return block.steps.flatMap((step) => [step, ...step.blocks.flatMap(stepsOf)]);
}

/** `{"error": {…}}` alone is a failure, anything else an output. */
function standInOf(value: unknown): StandIn {
  if (!isObject(value) || Object.keys(value).length !== 1 || !isObject(value['error']))
    return { by: 'mock', output: value };
  const { code = 'STEP_FAILED', message = 'Mocked by the test', details } = value['error'];
  return {
    by: 'mock',
    error: { code: String(code), message: String(message), ...(isObject(details) ? { details } : {}) },
  };
}

function problemsOf(step: StepPlan | undefined, id: string, standIn: StandIn, member = 'mocks'): ErrorIssue[] {
  const at = `${member}.${id}`;
  if (step === undefined) return [issue(at, `there is no step "${id}"`)];
  if (standIn.error !== undefined)
    return Object.hasOwn(ERRORS, standIn.error.code)
      ? []
      : [issue(at, `"${standIn.error.code}" is no code of a failure`)];
  if (step.branches === null) return [];
  const names = Object.keys(step.branches);
  const branch = isObject(standIn.output) ? standIn.output['branch'] : undefined;
  if (branch === null || (typeof branch === 'string' && names.includes(branch))) return [];
  return [
    issue(at, `the output of a step of the type "${step.type}" names the "branch" that it takes: ${names.join(', ')}`),
  ];
}

function issue(path: string, message: string): ErrorIssue {
  return { path: `test.${path}`, message };
}
