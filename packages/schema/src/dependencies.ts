import type { Reference } from '@millrace/expression';
import { stepTexts, textsAt } from './check-expressions.js';
import { readExpression, templatesIn, type ExpressionText } from './expression-text.js';
import { isPlainObject, valuesOfKind, type PlacedValue } from './field-sites.js';
import { DOCUMENT_LIMITS } from './limits.js';
import type { BlockPlan, WorkflowPlan } from './plan.js';
import { readDocument } from './read-document.js';
import { definitionOf } from './read-step.js';
import { settingsSchema } from './settings.js';
import { triggerDefinitions } from './trigger-schemas.js';
import { forEachStep } from './walk.js';

/** The names a part of a workflow reads, each list sorted and without repetition. */
export interface Dependencies {
  /** Ids of steps. */
  readonly steps: readonly string[];
  readonly secrets: readonly string[];
  readonly variables: readonly string[];
  readonly env: readonly string[];
  /** Ids of workflows that it starts. */
  readonly workflows: readonly string[];
}

/** What a workflow reads: as a whole, and step by step (nested steps by their own id; a loop's are not counted as its own). */
export interface WorkflowDependencies extends Dependencies {
  readonly byStep: ReadonlyMap<string, Dependencies>;
}

/**
 * Works out what a workflow reads, e.g. to load only the secrets a step needs, or to find what uses a secret.
 * Texts that are no valid expressions read nothing. Anything but a document depends on nothing.
 */
export function dependenciesOf(document: unknown): WorkflowDependencies {
  const all = new Names();
  const byStep = new Map<string, Dependencies>();
  if (!isPlainObject(document)) return { ...all.list(), byStep };
  const read = readDocument(document, DOCUMENT_LIMITS, ignore);
  for (const trigger of read.triggers)
    all.addTexts(textsAt(triggerDefinitions[trigger.type].config, trigger.config, []));
  all.addTexts(textsAt(settingsSchema, read.settings, []));
  all.addTexts(templatesIn({ at: [], value: read.output }));
  all.addWorkflows(valuesOfKind(settingsSchema, 'workflow', read.settings, []));
  forEachStep(read.root, (step) => {
    const own = new Names();
    own.addTexts(stepTexts(step));
    if (step.type !== null) own.addWorkflows(valuesOfKind(definitionOf(step.type).config, 'workflow', step.config, []));
    all.addAll(own);
    if (step.id !== null) byStep.set(step.id, own.list());
  });
  return { ...all.list(), byStep };
}

/** What a plan's steps and its output read that is not of the execution itself. */
export interface PlanReads {
  /** Sorted. Any of them may be in what leaves any of the steps: a loop hands them on as its items. */
  readonly secrets: readonly string[];
  /** Names that are none of the workflow's own variables; `all` when one is chosen while it runs. */
  readonly variables: readonly string[] | 'all';
  readonly env: readonly string[];
}

/** Works out {@link PlanReads}. */
export function readsOfPlan(plan: WorkflowPlan): PlanReads {
  const names = new Names();
  names.addTexts(templatesIn({ at: [], value: plan.output }).filter(mayReadNames));
  names.addTexts(templatesIn({ at: [], value: plan.concurrency?.key ?? undefined }).filter(mayReadNames));
  addReadsOfBlock(plan.root, names);
  const { secrets, variables, env } = names.list();
  const others = variables.filter((name) => !Object.hasOwn(plan.variables, name));
  return { secrets, variables: names.readsAnyVariable ? 'all' : others, env };
}

function addReadsOfBlock(block: BlockPlan, names: Names): void {
  for (const step of block.steps) {
    names.addTexts(textsOfStep(step).filter(mayReadNames));
    for (const inner of step.blocks) addReadsOfBlock(inner, names);
  }
}

/** Characters of all texts of a plan that are evaluated: what a program of them takes of memory is in proportion to it. */
export function evaluatedCharacters(plan: WorkflowPlan): number {
  const own = [
    ...templatesIn({ at: [], value: plan.output }),
    ...templatesIn({ at: [], value: plan.concurrency?.key }),
  ];
  return charactersOf(own) + charactersOfBlock(plan.root);
}

function charactersOfBlock(block: BlockPlan): number {
  return block.steps.reduce(
    (sum, step) =>
      sum +
      charactersOf(textsOfStep(step)) +
      step.blocks.reduce((inner, nested) => inner + charactersOfBlock(nested), 0),
    0,
  );
}

function charactersOf(texts: readonly ExpressionText[]): number {
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}

function textsOfStep({ type, config, if: guard, retry }: BlockPlan['steps'][number]): ExpressionText[] {
  const base = { if: guard ?? undefined, retry: { retry_if: retry.retryIf ?? undefined } };
  return stepTexts({ at: [], base, readable: config, type });
}

/** Reading an expression costs more than looking for a word, and hardly any reads one of these. */
function mayReadNames({ text }: ExpressionText): boolean {
  return text.includes('secrets') || text.includes('variables') || text.includes('env');
}

const KINDS = ['steps', 'secrets', 'variables', 'env', 'workflows'] as const;

class Names {
  /** Whether `variables` is read as a whole, or by a name that is not literal. */
  readsAnyVariable = false;
  readonly #found = new Map<string, Set<string>>(KINDS.map((kind) => [kind, new Set()]));

  addTexts(texts: readonly ExpressionText[]): void {
    for (const text of texts) for (const reference of readExpression(text, ignore)) this.#addReference(reference);
  }

  addAll(other: Names): void {
    for (const [kind, names] of other.#found) for (const name of names) this.#found.get(kind)?.add(name);
  }

  addWorkflows(ids: readonly PlacedValue[]): void {
    for (const { value } of ids) if (typeof value === 'string') this.#found.get('workflows')?.add(value);
  }

  list(): Dependencies {
    const sorted = (kind: (typeof KINDS)[number]) => [...(this.#found.get(kind) ?? [])].sort();
    return {
      steps: sorted('steps'),
      secrets: sorted('secrets'),
      variables: sorted('variables'),
      env: sorted('env'),
      workflows: sorted('workflows'),
    };
  }

  #addReference(reference: Reference): void {
    const [name] = reference.path;
    // `error` is the root of `retry_if`; no step can have this id.
    if (reference.kind === 'step' && reference.root !== 'error') this.#found.get('steps')?.add(reference.root);
    else if (reference.root !== 'steps' && reference.root !== 'workflows' && typeof name === 'string')
      this.#found.get(reference.root)?.add(name);
    else if (reference.root === 'variables') this.readsAnyVariable = true;
  }
}

function ignore(): void {
  // Problems are `validateWorkflow`'s to report.
}
