import { flowOf, type BlockFlow } from './flow.js';
import type { WorkflowDocument } from './document.js';
import { checkConfigs } from './check-configs.js';
import { checkExpressions } from './check-expressions.js';
import { checkInstallation } from './check-installation.js';
import { checkResponses } from './check-responses.js';
import { isPlainObject } from './field-sites.js';
import { isLegalId } from './identifiers.js';
import { checkJson } from './json-value.js';
import { DOCUMENT_LIMITS, type DocumentLimits } from './limits.js';
import type { ValidationContext } from './validation-context.js';
import { planDocument } from './plan-workflow.js';
import type { WorkflowPlan } from './plan.js';
import { ProblemList, untilEnough } from './problem-list.js';
import { formatPath, type DocumentPath, type Problem, type Report } from './problem.js';
import { readDocument, withoutServerFields, type ReadBlock, type ReadDocument } from './read-document.js';
import type { KnownNames } from './references.js';
import { readText } from './text/read-text.js';
import type { Source } from './text/source.js';
import { triggerDefinitions } from './trigger-schemas.js';
import { forEachBlock, forEachStep } from './walk.js';
import { resolveTargets, type ResolvedBlock } from './targets.js';

/** What a validation found. `ok` = no errors (there may be warnings); only then are `document` and `plan` there. */
export type ValidationResult =
  | {
      readonly ok: true;
      readonly problems: readonly Problem[];
      readonly document: WorkflowDocument;
      readonly plan: WorkflowPlan;
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly document: null; readonly plan: null };

/** A document that has been read, with what was worked out about its lists. */
interface CheckedDocument {
  readonly read: ReadDocument;
  readonly resolved: ReadonlyMap<ReadBlock, ResolvedBlock>;
}

/**
 * Checks a workflow and returns every problem at once. `source` is a parsed JSON document, or YAML or JSON text (then
 * problems have line and column). Never throws.
 */
export function validateWorkflow(source: unknown, context: ValidationContext = {}): ValidationResult {
  const limits = { ...DOCUMENT_LIMITS, ...context.limits };
  const problems = new ProblemList(limits.problems);
  const report: Report = (problem) => problems.add(problem);
  const input =
    typeof source === 'string' ? readText(source, limits, report) : { value: source, locate: context.locate };
  if (input === null || !checkJson(input.value, limits, report)) return failed(problems, input);
  const { value } = input;
  if (!isPlainObject(value)) {
    report({
      code: 'wrong_type',
      at: [],
      message: 'a workflow must be an object',
      hint: 'E.g. {"name": "…", "steps": […]}.',
    });
    return failed(problems, input);
  }
  const checked = untilEnough(() => checkDocument(value, context, limits, report));
  if (checked === null || problems.hasErrors) return failed(problems, input);
  const plan = planDocument(
    checked.read,
    (block) => checked.resolved.get(block) ?? resolveTargets(block, new Map(), report),
  );
  // Sound: every field has just been checked.
  const document = withoutServerFields(value) as unknown as WorkflowDocument;
  return { ok: true, problems: problems.listed(input), document, plan };
}

/** What is wrong with the size, depth and kind of a value, without looking at what it means. Costs no more than the limits allow. */
export function sizeProblems(value: unknown): readonly Problem[] {
  const problems = new ProblemList(DOCUMENT_LIMITS.problems);
  checkJson(value, DOCUMENT_LIMITS, (problem) => problems.add(problem));
  return problems.listed(null);
}

function checkDocument(
  value: Record<string, unknown>,
  context: ValidationContext,
  limits: DocumentLimits,
  report: Report,
): CheckedDocument {
  const read = readDocument(value, limits, report);
  const resolved = new Map<ReadBlock, ResolvedBlock>();
  if (read.stepCount > limits.steps) return { read, resolved };
  const { places, sound: idsSound } = collectIds(read.root, report);
  const flows = new Map<ReadBlock, BlockFlow>();
  forEachBlock(read.root, (block) => {
    const targets = resolveTargets(block, places, report);
    resolved.set(block, targets);
    if (!targets.sound || !idsSound) return;
    const flow = flowOf(block, targets);
    flows.set(block, flow);
    reportUnreachable(block, flow, report);
  });
  if (Array.isArray(value['steps']) && read.stepCount === 0) {
    report({
      severity: 'warning',
      code: 'no_steps',
      at: ['steps'],
      message: 'the workflow has no steps: an execution does nothing',
    });
  }
  for (const { type, readable, at } of read.triggers)
    triggerDefinitions[type].check?.(readable, [...at, 'config'], report, context);
  checkConfigs(read, context, report);
  checkResponses(read, report);
  checkInstallation(read, context, report);
  checkExpressions({ read, places, flows, names: namesOf(read, context, idsSound), limits }, report);
  return { read, resolved };
}

function namesOf(read: ReadDocument, context: ValidationContext, idsSound: boolean): KnownNames {
  return {
    variables: new Set([...Object.keys(read.variables), ...(context.variables ?? [])]),
    secrets: context.secrets && new Set(context.secrets),
    env: context.env && new Set(context.env),
    missingIsEmpty: read.settings.missing === 'empty',
    idsSound,
  };
}

function collectIds(root: ReadBlock, report: Report): { places: ReadonlyMap<string, DocumentPath>; sound: boolean } {
  const places = new Map<string, DocumentPath>();
  let sound = true;
  forEachStep(root, (step) => {
    if (step.id === null || !isLegalId(step.id)) sound = false;
    if (step.id === null) return;
    const first = places.get(step.id);
    if (first === undefined) {
      places.set(step.id, step.at);
      return;
    }
    sound = false;
    const message = `the id "${step.id}" is taken by ${formatPath(first)}`;
    report({
      code: 'duplicate_id',
      at: [...step.at, 'id'],
      message,
      hint: 'Ids are unique in the whole workflow, nested steps included.',
    });
  });
  return { places, sound };
}

function reportUnreachable(block: ReadBlock, flow: BlockFlow, report: Report): void {
  block.steps.forEach((step, position) => {
    if (flow.reachable[position]) return;
    report({
      severity: 'warning',
      code: 'unreachable_step',
      at: step.at,
      message: `the step "${step.id}" can never run`,
      hint: 'No way through the workflow leads to it: look at the "next" and the branches of the steps before it.',
    });
  });
}

function failed(problems: ProblemList, source: Source | null): ValidationResult {
  return { ok: false, problems: problems.listed(source), document: null, plan: null };
}
