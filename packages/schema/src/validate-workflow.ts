import { flowOf, type BlockFlow } from './flow.js';
import type { WorkflowDocument } from './document.js';
import { checkExpressions } from './check-expressions.js';
import { checkInstallation } from './check-installation.js';
import { isPlainObject } from './field-sites.js';
import { isLegalId } from './identifiers.js';
import { checkJson } from './json-value.js';
import { DOCUMENT_LIMITS, type DocumentLimits } from './limits.js';
import type { ValidationContext } from './validation-context.js';
import { planDocument } from './plan-workflow.js';
import type { WorkflowPlan } from './plan.js';
import {
  formatPath,
  type DocumentPath,
  type Problem,
  type RawProblem,
  type Report,
  type Unhinted,
  withHint,
} from './problem.js';
import { readDocument, withoutServerFields, type ReadBlock, type ReadDocument } from './read-document.js';
import type { KnownNames } from './references.js';
import { checkSchedule } from './schedule.js';
import { readText, type Source } from './source.js';
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
 * Checks a workflow and answers every problem at once. `source` is a parsed JSON document, or YAML or JSON text (then
 * problems have line and column). Never throws.
 */
export function validateWorkflow(source: unknown, context: ValidationContext = {}): ValidationResult {
  const limits = { ...DOCUMENT_LIMITS, ...context.limits };
  const raw: RawProblem[] = [];
  const report: Report = (problem) => void raw.push(problem);
  const input = typeof source === 'string' ? readText(source, limits, report) : { value: source, locate: undefined };
  if (input === null || !checkJson(input.value, limits, report)) return failed(raw, input, limits);
  if (!isPlainObject(input.value)) {
    report({
      code: 'wrong_type',
      at: [],
      message: 'a workflow must be an object',
      hint: 'E.g. {"name": "…", "steps": […]}.',
    });
    return failed(raw, input, limits);
  }
  const checked = checkDocument(input.value, context, limits, report);
  const problems = finish(raw, input, limits);
  if (problems.some((problem) => problem.severity === 'error'))
    return { ok: false, problems, document: null, plan: null };
  const plan = planDocument(
    checked.read,
    (block) => checked.resolved.get(block) ?? resolveTargets(block, new Map(), report),
  );
  // Sound: every field has just been checked.
  const document = withoutServerFields(input.value) as unknown as WorkflowDocument;
  return { ok: true, problems, document, plan };
}

function checkDocument(
  value: Record<string, unknown>,
  context: ValidationContext,
  limits: DocumentLimits,
  report: Report,
): CheckedDocument {
  const read = readDocument(value, limits, report);
  const { places, sound: idsSound } = collectIds(read.root, report);
  const resolved = new Map<ReadBlock, ResolvedBlock>();
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
  for (const trigger of read.triggers) if (trigger.type === 'schedule') checkSchedule(trigger, report);
  checkInstallation(read, context, report);
  checkExpressions({ read, places, flows, names: namesOf(read, context, idsSound) }, report);
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

function failed(raw: readonly RawProblem[], source: Source | null, limits: DocumentLimits): ValidationResult {
  return { ok: false, problems: finish(raw, source, limits), document: null, plan: null };
}

/** Gives problems their severity, path and place, errors first; cuts an endless list. */
function finish(raw: readonly RawProblem[], source: Source | null, limits: DocumentLimits): Problem[] {
  const problems = raw.map((problem): Unhinted => {
    const { at, on: _on, place: known, severity, ...rest } = problem;
    const place = known ?? source?.locate?.(problem);
    return { severity: severity ?? 'error', ...rest, path: formatPath(at), ...(place ?? {}) };
  });
  const rank = (problem: Unhinted) => Number(problem.severity === 'warning');
  problems.sort((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const listed = problems.slice(0, limits.problems).map(withHint);
  if (problems.length <= limits.problems) return listed;
  const more = problems.length - limits.problems;
  const first = problems[0]?.severity ?? 'error';
  return [
    ...listed,
    { severity: first, code: 'too_many_problems', path: '', message: `${more} more problems are not listed` },
  ];
}
