import { Budget, type EvaluateOptions, type ExpressionContext, type StepContext } from '@millrace/expression';
import { dataOf, marksOf, type StepPlan, type WorkflowPlan } from '@millrace/schema';
import { executionScope, type ScopeOwner } from '@millrace/service-kit/execution-scope';
import { InputUnknownError } from '@millrace/service-kit/rendered-config';
import { randomOf } from '@millrace/service-kit/seeded-random';
import { filledIn, textsOf, type StepText } from '@millrace/service-kit/step-texts';
import type { Result, ScopeReading, Started } from './scope-reading.js';
import type { Level, StepPlace } from './step-place.js';

const NOT_RUN: StepContext = { status: 'skipped', error: null };

/** An item of a loop. `hidden`: the items come from what nobody may see. */
interface Item {
  readonly item: unknown;
  readonly loop: object;
  readonly hidden: boolean;
}

/** What the texts of a block can read beside the item of a loop. */
interface Visible {
  readonly context: ExpressionContext;
  /** Ids of the steps whose results nobody may see. */
  readonly sealed: ReadonlySet<string>;
}

/** What one step run is worked out from. */
export interface ScopeSource {
  readonly owner: ScopeOwner;
  readonly version: { readonly name: string; readonly plan: WorkflowPlan };
  readonly place: StepPlace;
  readonly reading: Pick<ScopeReading, 'results' | 'beginnings'> & { readonly started: Started };
}

/** The results that a step run and the loops around it read, by path. Throws ExpressionError. */
export function wantedResults({ step, levels }: StepPlace): Set<string> {
  const wanted = new Set<string>();
  const want = (texts: readonly StepText[], within: readonly Level[]): void => {
    for (const { prefix, block } of within)
      for (const { id } of block.steps)
        if (texts.some(({ steps }) => steps === 'all' || steps.has(id))) wanted.add(prefix + id);
  };
  want(textsOf(step).texts, levels);
  levels.forEach(({ container }, depth) => {
    if (iterates(container)) want(textsOf(container.step).texts, levels.slice(0, depth));
  });
  return wanted;
}

function iterates(container: Level['container']): container is NonNullable<Level['container']> {
  return container !== null && marksOf(container.step.type).iterates;
}

/** The paths of the loops around a step run. */
export function loopsAround({ levels }: StepPlace): Set<string> {
  return new Set(levels.flatMap(({ container }) => (iterates(container) ? [container.path] : [])));
}

/** What the texts of a step run, and of the loops around it, can read: as the executor had it, without secrets. */
export class StepScope {
  /** All texts together. */
  readonly budget = new Budget();
  readonly #items = new Map<number, Item>();
  /** By the number of levels around a text. */
  readonly #blocks = new Map<number, Visible>();

  constructor(private readonly source: ScopeSource) {}

  /** What a text in a block can read, by the number of levels around it. Throws ExpressionError, InputUnknownError. */
  contextOf(text: Pick<StepText, 'readsItem'>, depth: number): ExpressionContext {
    const { context } = this.#visible(depth);
    const at = this.#loopOf(depth);
    if (at === null) return context;
    const index = this.#level(at).container?.index;
    if (!text.readsItem) return { ...context, index };
    const { item, loop } = this.#item(at);
    return { ...context, index, item, loop };
  }

  /** Whether what a text gives may not be shown. */
  isHidden({ hidden, steps, readsItem }: StepText, depth: number): boolean {
    if (hidden) return true;
    const { sealed } = this.#visible(depth);
    if (steps === 'all' ? sealed.size > 0 : [...steps].some((id) => sealed.has(id))) return true;
    const at = this.#loopOf(depth);
    return readsItem && at !== null && this.#item(at).hidden;
  }

  /** How the texts of a step run are evaluated. `now`: ISO time of the beginning of its attempt. */
  optionsOf(step: StepPlan, path: string, now: string): EvaluateOptions & { readonly random: () => number } {
    const { owner, version, reading } = this.source;
    const random = randomOf({ executionId: owner.execution_id, seed: reading.started.seed }, path);
    return { missing: version.plan.missing, now: Date.parse(now), random, stepId: step.id, budget: this.budget };
  }

  #visible(depth: number): Visible {
    const known = this.#blocks.get(depth);
    if (known) return known;
    const { owner, version, reading } = this.source;
    const base = executionScope(owner, reading.started, { name: version.name, variables: version.plan.variables });
    const steps: Record<string, StepContext> = {};
    const sealed = new Set<string>();
    // Outermost first: the innermost step of a name is meant.
    for (const { prefix, block } of this.#levels(depth)) {
      for (const step of block.steps) {
        steps[step.id] = resultOf(step, reading.results.get(prefix + step.id));
        if (step.secretsInOutput) sealed.add(step.id);
        else sealed.delete(step.id);
      }
    }
    const visible = { context: { ...base, steps }, sealed };
    this.#blocks.set(depth, visible);
    return visible;
  }

  /** The item of the iteration that a level is. */
  #item(at: number): Item {
    const known = this.#items.get(at);
    if (known) return known;
    const item = this.#evaluateItem(at);
    this.#items.set(at, item);
    return item;
  }

  #evaluateItem(at: number): Item {
    const { container } = this.#level(at);
    const beginning = container && this.source.reading.beginnings.get(container.path);
    if (!container || !beginning)
      throw new InputUnknownError('The beginning of a loop around the step is not recorded');
    const { step, path, index } = container;
    const { config, texts } = textsOf(step);
    if (texts.some((text) => this.isHidden(text, at))) return { item: null, loop: {}, hidden: true };
    const options = this.optionsOf(step, path, beginning.as_of ?? beginning.at);
    const values = texts.map((text) => text.program.evaluate(this.contextOf(text, at), options));
    const { items } = filledIn(config, texts, values) as { items: unknown };
    if (!Array.isArray(items) || index >= items.length)
      throw new InputUnknownError('The items of a loop around the step are not what they were');
    const { length } = items;
    const loop = { first: index === 0, last: index === length - 1, index, length };
    return { item: items[index] as unknown, loop, hidden: false };
  }

  #level(at: number): Level {
    return this.source.place.levels[at] as Level;
  }

  #levels(depth: number): readonly Level[] {
    return this.source.place.levels.slice(0, depth);
  }

  /** The innermost iteration of a loop; null outside of loops. */
  #loopOf(depth: number): number | null {
    const at = this.#levels(depth).findLastIndex(({ container }) => iterates(container));
    return at < 0 ? null : at;
  }
}

function resultOf({ type }: StepPlan, result: Result | undefined): StepContext {
  if (result === undefined) return NOT_RUN;
  if (result.type === 'step_failed') return { status: 'failed', output: null, data: null, error: result.error };
  const output = result.output ?? null;
  return { status: 'completed', output, data: dataOf(type, output), error: null };
}
