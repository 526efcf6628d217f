import fc from 'fast-check';
import { validateWorkflow, type BlockPlan, type StepPlan, type WorkflowPlan } from '../src/index.js';

type Json = Record<string, unknown>;

/** Ids of later steps, in order and without repetition most of the time, so that enough documents are valid. */
function laterIds(position: number, size: number): fc.Arbitrary<string[]> {
  const later = Array.from({ length: size - position - 1 }, (_, index) => `s${position + 1 + index}`);
  return later.length === 0 ? fc.constant([]) : fc.subarray(later, { maxLength: Math.min(3, later.length) });
}

function stepAt(position: number, size: number): fc.Arbitrary<Json> {
  const id = `s${position}`;
  const ids = laterIds(position, size);
  const one = ids.map((list) => list[0]);
  const extras = fc.record({
    skip: fc.boolean(),
    onError: fc.constantFrom('fail', 'continue', 'goto'),
    next: fc.constantFrom('none', 'none', 'none', 'null', 'id'),
    target: one,
  });
  const plain = extras.map(({ skip, onError, next, target }) => ({
    id,
    type: 'transform',
    config: { output: id },
    ...(skip ? { if: '{{input.go}} == 1' } : {}),
    ...(onError === 'continue'
      ? { on_error: 'continue' }
      : onError === 'goto' && target
        ? { on_error: { goto: target } }
        : {}),
    ...(next === 'null' ? { next: null } : next === 'id' && target ? { next: target } : {}),
  }));
  const condition = fc.record({ yes: ids, no: ids }).map(({ yes, no }) => ({
    id,
    type: 'condition',
    config: { condition: '{{input.n}} > 1', true_branch: yes, false_branch: no },
  }));
  const stop = fc.constant({ id, type: 'stop' });
  return fc.oneof({ weight: 5, arbitrary: plain }, { weight: 4, arbitrary: condition }, { weight: 1, arbitrary: stop });
}

const documents = fc
  .integer({ min: 1, max: 9 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, position) => stepAt(position, size))))
  .map((steps) => ({ name: 'generated', steps }));

/** Runs a block by the rules the executor follows, with the decisions of a number sequence; returns the positions that ran or were skipped. */
function run(
  block: BlockPlan,
  decide: (choices: number) => number,
): { visited: number[]; ran: number[]; ended: boolean } {
  const visited: number[] = [];
  const ran: number[] = [];
  let pending: number[] = [];
  let position = block.entry;
  while (position !== null) {
    if (visited.length > 100) throw new Error('the block does not end');
    const step = block.steps[position] as StepPlan;
    visited.push(position);
    if (step.if === null || decide(2) === 0) {
      ran.push(position);
      if (step.type === 'stop') return { visited, ran, ended: false };
      const branches = Object.values(step.branches ?? {});
      const taken = branches[decide(Math.max(1, branches.length))];
      if (step.onError.kind === 'goto' && decide(2) === 0) {
        pending = [];
        position = step.onError.target;
        continue;
      }
      if (taken !== undefined && taken.length > 0) {
        pending = [...taken.slice(1), ...pending];
        position = taken[0] ?? null;
        continue;
      }
    }
    if (step.explicitNext !== undefined) {
      pending = [];
      position = step.explicitNext;
    } else position = pending.shift() ?? step.successor;
  }
  return { visited, ran, ended: true };
}

function decider(numbers: readonly number[]): (choices: number) => number {
  let used = 0;
  return (choices) => (numbers[used++ % numbers.length] ?? 0) % choices;
}

const decisions = fc.array(fc.nat(11), { minLength: 1, maxLength: 12 });

/** The document with a step appended (or `at` the position) that reads a step, so that the validation reports what it has found out. */
function reading(steps: readonly Json[], position: number, read: number): Json {
  const changed = steps.map((step, index) =>
    index === position ? { ...step, timeout: '1s', if: `{{s${read}.output}} == 1` } : step,
  );
  return { name: 'generated', steps: changed };
}

function planOf(document: Json): WorkflowPlan | null {
  return validateWorkflow(document).plan;
}

describe('a workflow without errors', () => {
  it('runs each step at most once, always forward, and ends', () => {
    let valid = 0;
    fc.assert(
      fc.property(documents, decisions, (document, numbers) => {
        const plan = planOf(document);
        if (plan === null) return;
        valid += 1;
        const { visited } = run(plan.root, decider(numbers));
        expect(visited).toEqual([...visited].sort((a, b) => a - b));
        expect(new Set(visited).size).toBe(visited.length);
      }),
      { numRuns: 600 },
    );
    expect(valid).toBeGreaterThan(100);
  });

  it('never runs a step that is reported as unreachable', () => {
    fc.assert(
      fc.property(documents, decisions, (document, numbers) => {
        const { plan, problems } = validateWorkflow(document);
        if (plan === null) return;
        const unreachable = new Set(problems.filter((one) => one.code === 'unreachable_step').map((one) => one.path));
        for (const position of run(plan.root, decider(numbers)).visited)
          expect(unreachable).not.toContain(`steps[${position}]`);
      }),
      { numRuns: 500 },
    );
  });

  it('reaches every step that is not reported, by some way, when no step belongs to two branches', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { plan, problems } = validateWorkflow(document);
        if (plan === null || sharesTargets(plan.root)) return;
        const unreachable = problems.filter((one) => one.code === 'unreachable_step').length;
        const reached = new Set<number>();
        for (const numbers of everyDecision(plan.root))
          for (const position of run(plan.root, numbers).visited) reached.add(position);
        expect(reached.size).toBe(plan.stepCount - unreachable);
      }),
      { numRuns: 400 },
    );
  });

  it('reports correctly what has run before a step: always, perhaps, or never', () => {
    fc.assert(
      fc.property(documents, decisions, fc.nat(8), fc.nat(8), (document, numbers, first, second) => {
        const [read, position] = first < second ? [first, second] : [second, first];
        fc.pre(read < position && position < document.steps.length && planOf(document) !== null);
        const changed = reading(document.steps, position, read);
        const { plan, problems } = validateWorkflow(changed);
        const codes = problems.filter((one) => one.path === `steps[${position}].if`).map((one) => one.code);
        if (plan === null) {
          expect(codes).toEqual(['not_yet_run']);
          const original = planOf(document);
          if (original === null) return;
          const { visited, ran } = run(original.root, decider(numbers));
          if (visited.includes(position)) expect(ran).not.toContain(read);
          return;
        }
        const { visited, ran } = run(plan.root, decider(numbers));
        if (!visited.includes(position)) return;
        if (codes.length === 0) expect(ran).toContain(read);
        else expect(codes).toEqual(['may_be_skipped']);
      }),
      { numRuns: 600 },
    );
  });
});

/** Whether a step is named by two branches: what is left of either is then taken for possible, which may warn too little, never too much. */
function sharesTargets(block: BlockPlan): boolean {
  const targets = block.steps.flatMap((step) => Object.values(step.branches ?? {}).flat());
  return new Set(targets).size < targets.length;
}

/** Every sequence of decisions a block can ask for. */
function* everyDecision(block: BlockPlan): Generator<(choices: number) => number> {
  let prefix: number[] | null = [];
  while (prefix !== null) {
    const chosen: { value: number; of: number }[] = [];
    const start: readonly number[] = prefix;
    const decide = (choices: number): number => {
      const value: number = start[chosen.length] ?? 0;
      chosen.push({ value, of: choices });
      return value;
    };
    run(block, decide);
    const replay = chosen.map((one) => one.value);
    let used = 0;
    yield () => replay[used++] ?? 0;
    while (chosen.length > 0 && (chosen.at(-1)?.value ?? 0) + 1 >= (chosen.at(-1)?.of ?? 0)) chosen.pop();
    const last = chosen.pop();
    prefix = last === undefined ? null : [...chosen.map((one) => one.value), last.value + 1];
  }
}
