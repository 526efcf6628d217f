import { expressionsIn, templatesIn, type ExpressionText } from './expression-text.js';
import { fieldSites, valuesAt } from './field-sites.js';
import type { BlockFlow } from './flow.js';
import type { DocumentLimits } from './limits.js';
import { formatPath, type DocumentPath, type Report } from './problem.js';
import type { ReadBlock, ReadDocument, ReadStep } from './read-document.js';
import { definitionOf } from './read-step.js';
import { checkExpression, type KnownNames } from './references.js';
import type { Frame, Scope } from './scope.js';
import { settingsSchema } from './settings.js';
import { stepBaseSchema } from './step-base.js';
import type { IdPlaces } from './targets.js';
import { dataFieldsOf, triggerDefinitions } from './trigger-schemas.js';

/** What the structure check has found out, and what the expressions may name. */
export interface ExpressionCheck {
  readonly read: ReadDocument;
  readonly places: IdPlaces;
  readonly flows: ReadonlyMap<ReadBlock, BlockFlow>;
  readonly names: KnownNames;
  readonly limits: Pick<DocumentLimits, 'expressions'>;
}

/** Checks a text in a scope; what is above the limit of expressions is left out. */
type Judge = (text: ExpressionText, scope: Scope) => void;

/** Roots in a trigger's config: no execution exists yet, so only the secrets can be read. */
const TRIGGER_ROOTS = new Set(['secrets']);
/** What is known of a call before it starts anything. */
const EVENT_ROOTS = new Set(['input', 'trigger']);
/** Roots before the first step. Secrets are opened when it runs. */
const START_ROOTS = new Set(['input', 'variables', 'env', 'execution', 'workflow', 'trigger']);

/** Checks every expression of a document at its place. */
export function checkExpressions(check: ExpressionCheck, report: Report): void {
  const { read, places, flows } = check;
  const judge = judgeWithin(check, report);
  const before = (place: string, roots: ReadonlySet<string>): Scope => ({
    frames: [],
    places,
    inLoop: false,
    roots,
    place,
  });
  const triggerScope = before('the configuration of a trigger', TRIGGER_ROOTS);
  const eventScope = before('"dedupe_key"', EVENT_ROOTS);
  for (const trigger of read.triggers) {
    const texts = textsAt(triggerDefinitions[trigger.type].config, trigger.config, [...trigger.at, 'config']);
    for (const text of texts) judge(text, text.at.at(-1) === 'dedupe_key' ? eventScope : triggerScope);
  }
  const settingsScope = before('the settings', START_ROOTS);
  for (const text of textsAt(settingsSchema, read.settings, ['settings'])) judge(text, settingsScope);
  checkBlock(check, { block: read.root, outer: [], inLoop: false }, judge);
  const end: Frame = {
    block: read.root,
    positions: positionsIn(read.root),
    flow: flows.get(read.root),
    position: read.root.steps.length,
  };
  const endScope: Scope = { frames: [end], places, inLoop: false, place: 'the output' };
  for (const text of templatesIn({ at: ['output'], value: read.output })) judge(text, endScope);
  reportVariableTemplates(read, report);
  reportTriggerTemplates(read, report);
}

function judgeWithin({ names, limits }: ExpressionCheck, report: Report): Judge {
  let left = limits.expressions;
  return (text, scope) => {
    if (left < 0) return;
    left -= expressionsIn(text);
    if (left >= 0) return checkExpression(text, scope, names, report);
    const hint = 'Move a part of the workflow into one of its own and run that with a "sub_workflow" step.';
    const message = `the workflow has more than ${limits.expressions} expressions; this one and those after it are not checked`;
    report({ code: 'too_large', at: text.at, message, hint });
  };
}

interface PlacedBlock {
  readonly block: ReadBlock;
  readonly outer: readonly Frame[];
  readonly inLoop: boolean;
}

function checkBlock(check: ExpressionCheck, { block, outer, inLoop }: PlacedBlock, judge: Judge): void {
  const flow = check.flows.get(block);
  const positions = positionsIn(block);
  block.steps.forEach((step, position) => {
    const frames = [{ block, positions, flow, position }, ...outer];
    const scope: Scope = { frames, places: check.places, inLoop, place: 'this step' };
    const retryScope: Scope = { ...scope, roots: RETRY_ROOTS, place: '"retry_if"' };
    for (const text of stepTexts(step)) {
      const isRetry = text.at.at(-1) === 'retry_if' && text.at.at(-2) === 'retry';
      judge(text, isRetry ? retryScope : scope);
    }
    const loops = inLoop || (step.type !== null && definitionOf(step.type).iterates);
    for (const inner of step.lists) checkBlock(check, { block: inner, outer: frames, inLoop: loops }, judge);
  });
}

/** The position of each id in a list; of two steps with one id the first. */
function positionsIn(block: ReadBlock): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  block.steps.forEach(({ id }, position) => {
    if (id !== null && !positions.has(id)) positions.set(id, position);
  });
  return positions;
}

/** `retry_if` is asked about an error, beside everything the step itself can read. */
const RETRY_ROOTS = new Set([...START_ROOTS, 'secrets', 'item', 'index', 'loop', 'steps', 'error']);

/** The expressions of one step, those of its nested steps excepted. */
export function stepTexts(step: Pick<ReadStep, 'at' | 'base' | 'readable' | 'type'>): ExpressionText[] {
  const own = textsAt(stepBaseSchema, step.base, step.at);
  if (step.type === null) return own;
  return [...own, ...textsAt(definitionOf(step.type).config, step.readable, [...step.at, 'config'])];
}

/** The expressions in an object that a schema with marked fields describes. */
export function textsAt(schema: Parameters<typeof fieldSites>[0], value: unknown, at: DocumentPath): ExpressionText[] {
  return fieldSites(schema).flatMap((site) => {
    if (site.kind === 'template') return valuesAt(value, site.path, at).flatMap(templatesIn);
    if (site.kind !== 'condition') return [];
    return valuesAt(value, site.path, at).flatMap((found) =>
      typeof found.value === 'string' ? [{ at: found.at, text: found.value, kind: 'condition' as const }] : [],
    );
  });
}

function reportVariableTemplates(read: ReadDocument, report: Report): void {
  for (const { at } of templatesIn({ at: ['variables'], value: read.variables })) {
    report({
      severity: 'warning',
      code: 'expression_warning',
      at,
      message: 'variables are taken as they are: this {{ }} will not be evaluated',
      hint: 'Write the expression where the variable is used, or make the value with a "transform" step.',
    });
  }
}

/** So are fields of triggers that steps read by the same name: only steps have anything that an expression could read. */
function reportTriggerTemplates({ triggers }: ReadDocument, report: Report): void {
  for (const { type, at, readable } of triggers) {
    for (const name of type === null ? [] : dataFieldsOf(type)) {
      const place = [...at, 'config', name];
      for (const template of templatesIn({ at: place, value: readable[name] })) {
        const read = formatPath([name, ...template.at.slice(place.length)]);
        report({
          severity: 'warning',
          code: 'expression_warning',
          at: template.at,
          message: `the ${name} of a ${type} is taken as it is: this {{ }} will not be evaluated`,
          hint: `Write the expression in the step that uses the value. Steps read this field as {{${read}}}.`,
        });
      }
    }
  }
}
