import type { SourceProgram, SourceStep } from './program-generator.js';
import { OneOf } from './expected-output.js';
import { childOutcome, httpOutcome } from './outcomes.js';

/** How an execution must end. */
export type Expected =
  | { readonly status: 'completed'; readonly output: unknown }
  | { readonly status: 'failed'; readonly code: string; readonly path: string };

type BlockEnd =
  | { readonly kind: 'ended'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly code: string; readonly path: string }
  | { readonly kind: 'stopped'; readonly config: Record<string, unknown>; readonly path: string };
type StepEnd =
  | Exclude<BlockEnd, { kind: 'ended' }>
  | { readonly kind: 'ended'; readonly output: unknown; readonly branch?: unknown };

interface Item {
  readonly item: unknown;
  readonly index: number;
  readonly length: number;
}

/**
 * The meaning of a workflow once more, from its document and without the planner, the machine and the expression engine:
 * plain recursion, one step after the other. What runs at the same time cannot influence each other's results, so the
 * order does not matter for what is expected.
 */
export class Oracle {
  constructor(private readonly program: SourceProgram) {}

  expected(): Expected {
    const { document, input } = this.program;
    const statuses = new Map<string, string>();
    const end = this.#block(document.steps, statuses, '', null);
    if (end.kind === 'failed') return { status: 'failed', code: end.code, path: end.path };
    if (end.kind === 'stopped') {
      if (end.config['status'] === 'failed') return { status: 'failed', code: 'EXECUTION_FAILED', path: end.path };
      if ('output' in end.config) return { status: 'completed', output: { stopped: input['value'] } };
    }
    if (document.output !== undefined) {
      const first = document.steps[0]?.id ?? '';
      return { status: 'completed', output: { value: input['value'], first: statuses.get(first) } };
    }
    return { status: 'completed', output: end.kind === 'ended' ? end.output : this.#outputAtStop };
  }

  /** The last root output when a stop without an output ended the execution. */
  #outputAtStop: unknown = null;

  #block(steps: readonly SourceStep[], statuses: Map<string, string>, prefix: string, item: Item | null): BlockEnd {
    for (const step of steps) statuses.set(step.id, 'skipped');
    const targets = new Set(steps.flatMap((step) => [...branchesOf(step).values()].flat().concat(gotoOf(step) ?? [])));
    const join = (after: number): SourceStep | undefined =>
      steps.slice(after + 1).find((step) => !targets.has(step.id));
    const byId = (id: string | null | undefined): SourceStep | undefined => steps.find((step) => step.id === id);

    let output: unknown = null;
    let agenda: string[] = [];
    let step = steps.find((one) => !targets.has(one.id));
    while (step !== undefined) {
      const position = steps.indexOf(step);
      let chosen: readonly string[] = [];
      if (step.if === undefined || this.#holds(step.if, item)) {
        const end = this.#step(step, statuses, prefix, item);
        if (end.kind === 'stopped') {
          statuses.set(step.id, step.type === 'stop' ? 'completed' : 'skipped');
          if (prefix === '') this.#outputAtStop = output;
          return end;
        }
        if (end.kind === 'failed') {
          statuses.set(step.id, 'failed');
          if (step.on_error === undefined) {
            return end;
          }
          output = null;
          const goto = gotoOf(step);
          if (goto !== null) {
            agenda = [];
            step = byId(goto);
            continue;
          }
        } else {
          statuses.set(step.id, 'completed');
          output = end.output;
          chosen = branchesOf(step).get(String(end.branch)) ?? [];
        }
      }
      if (chosen.length > 0) {
        agenda = [...chosen.slice(1), ...agenda];
        step = byId(chosen[0]);
      } else if (step.next !== undefined) {
        agenda = [];
        step = byId(step.next);
      } else if (agenda.length > 0) {
        step = byId(agenda.shift());
      } else {
        step = join(position);
      }
    }
    return { kind: 'ended', output };
  }

  #step(step: SourceStep, statuses: Map<string, string>, prefix: string, item: Item | null): StepEnd {
    const path = prefix + step.id;
    const { input } = this.program;
    switch (step.type) {
      case 'http': {
        const attempts = (step.retry?.['max_attempts'] as number | undefined) ?? 3;
        const outcome = httpOutcome(this.program.seed, path);
        if (outcome.kind === 'error' || (outcome.kind === 'flaky' && outcome.failures >= attempts)) {
          return { kind: 'failed', code: 'HTTP_STATUS_ERROR', path };
        }
        return {
          kind: 'ended',
          output: { status: 200, headers: { 'content-type': 'application/json' }, body: outcome.body },
        };
      }
      case 'condition': {
        const result = this.#holds(String(step.config['condition']), item);
        return { kind: 'ended', output: { result, branch: String(result) }, branch: result };
      }
      case 'switch': {
        const branch = input['value'] === 1 ? '0' : input['flag'] === true ? '1' : 'default';
        return { kind: 'ended', output: { value: input['value'], branch }, branch };
      }
      case 'loop':
        return this.#loop(step, statuses, path, item);
      case 'parallel':
        return this.#parallel(step, statuses, path, item);
      case 'wait':
        return { kind: 'ended', output: { waited_until: step.config['until'] } };
      case 'sub_workflow': {
        const attempts = (step.retry?.['max_attempts'] as number | undefined) ?? 1;
        const outcome = childOutcome(this.program.seed, path);
        if (outcome.kind === 'error' || (outcome.kind === 'flaky' && outcome.failures >= attempts))
          return { kind: 'failed', code: 'SUB_WORKFLOW_FAILED', path };
        return { kind: 'ended', output: outcome.output };
      }
      case 'stop':
        return { kind: 'stopped', config: step.config, path };
      default:
        return this.#transform(step.config['output'], statuses, path, item);
    }
  }

  #loop(step: SourceStep, statuses: Map<string, string>, path: string, _outer: Item | null): StepEnd {
    const { config } = step;
    const items = (config['items'] === '{{input.items}}' ? this.program.input['items'] : config['items']) as unknown[];
    const outputs: unknown[] = [];
    for (const [index, item] of items.entries()) {
      const end = this.#block(config['steps'] as SourceStep[], new Map(statuses), `${path}[${index}].`, {
        item,
        index,
        length: items.length,
      });
      if (end.kind === 'stopped') return end;
      if (end.kind === 'failed' && config['continue_on_item_error'] !== true) return end;
      outputs.push(end.kind === 'failed' ? null : end.output);
    }
    return { kind: 'ended', output: outputs };
  }

  #parallel(step: SourceStep, statuses: Map<string, string>, path: string, item: Item | null): StepEnd {
    const branches = step.config['branches'] as { name?: string; steps: SourceStep[] }[];
    const ends = branches.map((branch, index): readonly [string, BlockEnd] => {
      const prefix = branch.name === undefined ? `${path}[${index}].` : `${path}.${branch.name}.`;
      return [branch.name ?? String(index), this.#block(branch.steps, new Map(statuses), prefix, item)];
    });
    const failures = ends.flatMap(([, end]) => (end.kind === 'failed' ? [end] : []));
    /** What the step returns when these branches have ended well, and the others have not. */
    const outputOf = (those: (name: string) => boolean): Record<string, unknown> =>
      Object.fromEntries(ends.map(([name, end]) => [name, end.kind === 'ended' && those(name) ? end.output : null]));
    if (step.config['mode'] === 'first_success') {
      const winners = ends
        .filter(([, end]) => end.kind === 'ended')
        .map(([name]) => outputOf((other) => other === name));
      return failures[ends.length - 1] ?? { kind: 'ended', output: new OneOf(winners) };
    }
    const tolerated = step.config['on_error'] === 'continue' ? Infinity : Number(step.config['tolerated_failures']);
    return failures[tolerated] ?? { kind: 'ended', output: outputOf(() => true) };
  }

  #transform(output: unknown, statuses: Map<string, string>, path: string, item: Item | null): StepEnd {
    const known: Record<string, unknown> = {
      '{{input.value}}': this.program.input['value'],
      '{{input.value + 1}}': Number(this.program.input['value']) + 1,
      '{{item}}': item?.item,
      '{{loop.last}}': item !== null && item.index === item.length - 1,
    };
    const render = (value: unknown): unknown => {
      if (typeof value !== 'string') {
        return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, render(inner)]));
      }
      const seen = /^\{\{(s\d+)\.status\}\}$/.exec(value);
      if (seen?.[1] !== undefined) return statuses.get(seen[1]);
      return Object.hasOwn(known, value) ? known[value] : value;
    };
    if (output === '{{input.absent.deeper}}') return { kind: 'failed', code: 'EXPRESSION_FAILED', path };
    return { kind: 'ended', output: render(output) };
  }

  #holds(condition: string, item: Item | null): boolean {
    switch (condition) {
      case 'true':
        return true;
      case '{{input.flag}}':
        return this.program.input['flag'] === true;
      case 'input.value > 50':
        return Number(this.program.input['value']) > 50;
      case '{{index}} == 1':
        return item?.index === 1;
      default:
        return false;
    }
  }
}

function branchesOf(step: SourceStep): Map<string, string[]> {
  const list = (value: unknown): string[] =>
    value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string];
  if (step.type === 'condition') {
    return new Map([
      ['true', list(step.config['true_branch'])],
      ['false', list(step.config['false_branch'])],
    ]);
  }
  if (step.type !== 'switch') return new Map();
  const cases = step.config['cases'] as { then?: string }[];
  return new Map([
    ...cases.map((one, index): [string, string[]] => [String(index), list(one.then)]),
    ['default', list(step.config['default'])],
  ]);
}

function gotoOf(step: SourceStep): string | null {
  return typeof step.on_error === 'object' ? step.on_error.goto : null;
}
