import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { aScope } from '../../test/support/scope.js';
import type { Action, Opening, Task } from './frames.js';
import { ExecutionMachine } from './machine.js';
import { ReplayMismatchError, replayEvent } from './replay.js';

const at = '2026-01-01T00:00:00.000Z';
const step = (id: string, rest: object = {}) => ({ id, type: 'transform', config: { output: id }, ...rest });
const condition = (id: string, config: object) => ({ id, type: 'condition', config: { condition: 'true', ...config } });

function machineOf(steps: object[]): ExecutionMachine {
  const { steps: _, ...base } = aScope();
  return new ExecutionMachine(planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps }), base);
}

/** Runs all with the step's id as its output, but for what `decide` says. Returns the order of the paths, and the end. */
function drive(
  machine: ExecutionMachine,
  decide: (task: Task) => unknown = () => undefined,
): { paths: string[]; end: Action | undefined } {
  const paths: string[] = [];
  machine.start();
  for (let action = machine.take(); action !== undefined; action = machine.take()) {
    if (action.kind === 'complete' || action.kind === 'fail') return { paths, end: action };
    if (action.kind === 'abort') continue;
    const { task } = action;
    if (action.kind === 'settle') {
      if ('output' in action.result) machine.succeed(task, action.result.output);
      else machine.fail(task, action.result.failure);
      continue;
    }
    paths.push(task.path);
    const decision = decide(task);
    if (decision === 'fail') machine.fail(task, { code: 'STEP_FAILED', message: 'no', details: { path: task.path } });
    else if (decision === 'skip') machine.skip(task);
    else if (typeof decision === 'object' && decision !== null && 'kind' in decision)
      machine.open(task, decision as Opening);
    else machine.succeed(task, decision ?? task.step.id);
  }
  return { paths, end: undefined };
}

const loopOf = (steps: object[], rest: object = {}) => ({
  id: 'each',
  type: 'loop',
  config: { items: [], steps, ...rest },
});
const opened = (items: unknown[], concurrency = 1, continueOnError = false): Opening => ({
  kind: 'loop',
  items,
  concurrency,
  continueOnError,
});

describe('the order of steps', () => {
  const taking = (branch: string) => (task: Task) =>
    task.step.type === 'condition' ? { result: true, branch } : undefined;

  it('is that of the list, without the targets of branches', () => {
    const steps = [step('a'), condition('c', { true_branch: 'x', false_branch: 'y' }), step('x'), step('y'), step('z')];
    expect(drive(machineOf(steps), taking('true')).paths).toEqual(['a', 'c', 'x', 'z']);
    expect(drive(machineOf(steps), taking('false')).paths).toEqual(['a', 'c', 'y', 'z']);
  });

  it('runs several targets in their order, and a missing branch goes on', () => {
    const steps = [condition('c', { true_branch: ['x', 'y'] }), step('x'), step('y'), step('z')];
    expect(drive(machineOf(steps), taking('true')).paths).toEqual(['c', 'x', 'y', 'z']);
    expect(drive(machineOf(steps), taking('false')).paths).toEqual(['c', 'z']);
  });

  it('obeys "next" before what is left of a branch', () => {
    const steps = [
      condition('c', { true_branch: ['x', 'y'] }),
      step('x', { next: 'z' }),
      step('y'),
      step('w'),
      step('z'),
    ];
    expect(drive(machineOf(steps), taking('true')).paths).toEqual(['c', 'x', 'z']);
    expect(drive(machineOf([step('a', { next: null }), step('b')])).paths).toEqual(['a']);
  });

  it('comes back to an outer branch after an inner one', () => {
    const steps = [
      condition('c', { true_branch: ['d', 'y'] }),
      condition('d', { true_branch: 'x' }),
      step('x'),
      step('y'),
      step('z'),
    ];
    expect(drive(machineOf(steps), taking('true')).paths).toEqual(['c', 'd', 'x', 'y', 'z']);
  });
});

describe('a failing step', () => {
  const failing = (id: string) => (task: Task) => (task.step.id === id ? 'fail' : undefined);

  it('ends the execution with its path', () => {
    expect(drive(machineOf([step('a'), step('b')]), failing('a')).end).toMatchObject({ kind: 'fail', path: 'a' });
  });

  it('lets it go on, or takes it elsewhere, as on_error says', () => {
    const goOn = drive(machineOf([step('a', { on_error: 'continue' }), step('b')]), failing('a'));
    expect(goOn.paths).toEqual(['a', 'b']);
    const elsewhere = [step('a', { on_error: { goto: 'c' } }), step('b'), step('c'), step('d')];
    expect(drive(machineOf(elsewhere), failing('a')).paths).toEqual(['a', 'c', 'd']);
    expect(drive(machineOf(elsewhere)).paths).toEqual(['a', 'b', 'd']);
  });

  it('in a loop fails the loop, says at which item, and aborts the others', () => {
    const machine = machineOf([loopOf([step('x')])]);
    const aborted: string[] = [];
    machine.start();
    const take = () => machine.take() as Extract<Action, { task: Task }>;
    machine.open(take().task, opened(['a', 'b', 'c'], 3));
    const tasks = [take().task, take().task, take().task];
    machine.fail(tasks[1] as Task, { code: 'STEP_FAILED', message: 'no', details: { path: 'each[1].x' } });
    for (let action = machine.take(); action !== undefined; action = machine.take()) {
      if (action.kind === 'abort') aborted.push(action.task.path);
      else if (action.kind === 'settle')
        expect(action.result).toMatchObject({ failure: { message: 'Item 1: no', details: { path: 'each[1].x' } } });
    }
    expect(aborted).toEqual(['each[0].x', 'each[2].x']);
    expect(tasks.map((task) => task.state)).toEqual(['settled', 'settled', 'settled']);
  });
});

describe('what runs inside', () => {
  const nested = () => machineOf([loopOf([{ ...loopOf([step('x')]), id: 'inner' }]), step('after')]);
  const openBoth = (machine: ExecutionMachine): { outer: Task; inner: Task[]; leaves: Task[] } => {
    const take = () => (machine.take() as Extract<Action, { task: Task }>).task;
    machine.start();
    const outer = take();
    machine.open(outer, opened(['a', 'b'], 2));
    const inner = [take(), take()];
    for (const task of inner) machine.open(task, opened([1, 2], 2));
    return { outer, inner, leaves: [take(), take(), take(), take()] };
  };
  const rest = (machine: ExecutionMachine): string[] => {
    const actions: string[] = [];
    for (let action = machine.take(); action !== undefined; action = machine.take()) {
      actions.push('task' in action ? `${action.kind} ${action.task.path}` : action.kind);
    }
    return actions;
  };

  it('is aborted with the loop around it, however deep', () => {
    const machine = nested();
    const { inner } = openBoth(machine);
    machine.fail(inner[0] as Task, { code: 'STEP_TIMEOUT', message: 'too slow' });
    expect(rest(machine)).toEqual([
      'abort each[0].inner[0].x',
      'abort each[0].inner[1].x',
      'abort each[1].inner[0].x',
      'abort each[1].inner[1].x',
      'settle each',
    ]);
    expect([...machine.openTasks()].map((task) => task.path)).toEqual(['each']);
  });

  it('is aborted when the loop itself is ended from outside, or the execution is', () => {
    for (const end of ['fail', 'expire'] as const) {
      const machine = nested();
      const { outer, leaves } = openBoth(machine);
      const failure = { code: 'STEP_TIMEOUT', message: 'too slow' };
      if (end === 'fail') machine.fail(outer, failure);
      else machine.expire(failure);
      expect(rest(machine)).toEqual([...leaves.map((task) => `abort ${task.path}`), 'fail']);
      expect([...machine.openTasks()]).toEqual([]);
    }
  });
});

describe('a parallel', () => {
  const branches = ['a', 'b', 'c'].map((name) => ({ name, steps: [step(`in_${name}`)] }));
  const begin = (opening: { tolerated: number; firstSuccess: boolean }) => {
    const machine = machineOf([{ id: 'all', type: 'parallel', config: { branches } }]);
    const take = () => (machine.take() as Extract<Action, { task: Task }>).task;
    machine.start();
    machine.open(take(), { kind: 'parallel', ...opening });
    const tasks = [take(), take(), take()] as const;
    const fail = (index: 0 | 1 | 2) => machine.fail(tasks[index], { code: 'STEP_FAILED', message: `no ${index}` });
    return { machine, tasks, fail };
  };
  const rest = (machine: ExecutionMachine): unknown[] => {
    const actions: unknown[] = [];
    for (let action = machine.take(); action !== undefined; action = machine.take())
      actions.push(
        action.kind === 'settle' ? action.result : 'task' in action ? `${action.kind} ${action.task.path}` : 0,
      );
    return actions;
  };

  it('goes on without the branches that may fail, and fails with the first beyond', () => {
    const some = begin({ tolerated: 1, firstSuccess: false });
    some.fail(1);
    some.machine.succeed(some.tasks[0], 1);
    expect(rest(some.machine)).toEqual([]);
    some.machine.succeed(some.tasks[2], 3);
    expect(rest(some.machine)).toEqual([{ output: { a: 1, b: null, c: 3 } }]);
    const more = begin({ tolerated: 1, firstSuccess: false });
    more.fail(0);
    more.fail(2);
    expect(rest(more.machine)).toMatchObject(['abort all.b.in_b', { failure: { message: 'Branch "c": no 2' } }]);
  });

  it('ends with the first branch that ends well, which stops the others, where that is enough', () => {
    const { machine, tasks, fail } = begin({ tolerated: 2, firstSuccess: true });
    fail(0);
    machine.succeed(tasks[2], 3);
    expect(rest(machine)).toEqual(['abort all.b.in_b', { output: { a: null, b: null, c: 3 } }]);
    expect(tasks.map(({ state }) => state)).toEqual(['settled', 'settled', 'settled']);
    const none = begin({ tolerated: 2, firstSuccess: true });
    for (const index of [0, 2, 1] as const) none.fail(index);
    expect(rest(none.machine)).toMatchObject([{ failure: { message: 'Branch "b": no 1' } }]);
    const last = begin({ tolerated: 2, firstSuccess: true });
    last.fail(0);
    last.fail(1);
    last.machine.succeed(last.tasks[2], 3);
    expect(rest(last.machine)).toEqual([{ output: { a: null, b: null, c: 3 } }]);
  });
});

describe('a loop', () => {
  it('runs a hundred thousand iterations without recursion, a bounded number at a time', () => {
    const items = Array.from({ length: 100_000 }, (_, index) => index);
    let atOnce = 0;
    const machine = machineOf([loopOf([step('x')])]);
    const { end } = drive(machine, (task) => {
      if (task.step.type === 'loop') return opened(items, 3);
      atOnce = Math.max(atOnce, [...machine.openTasks()].length);
      return task.scope.item;
    });
    expect(atOnce).toBe(4);
    expect(end).toMatchObject({ kind: 'complete' });
    expect((end as { output: unknown[] }).output).toHaveLength(100_000);
  });

  it('gives each iteration its place, and step results of its own', () => {
    const seen: unknown[] = [];
    const steps = [loopOf([condition('c', { true_branch: 'x' }), step('x'), step('y')])];
    drive(machineOf(steps), (task) => {
      if (task.step.type === 'loop') return opened(['a', 'b', 'c'], 2);
      if (task.step.id === 'y')
        seen.push([task.scope.index, task.scope.item, task.scope.loop, task.scope.steps['x']?.status]);
      return task.step.type === 'condition' ? { branch: String(task.scope.index === 1) } : undefined;
    });
    expect(seen.sort()).toEqual([
      [0, 'a', { first: true, last: false, index: 0, length: 3 }, 'skipped'],
      [1, 'b', { first: false, last: false, index: 1, length: 3 }, 'completed'],
      [2, 'c', { first: false, last: true, index: 2, length: 3 }, 'skipped'],
    ]);
  });

  it('without items, or without steps that can run, ends at once', () => {
    const { end } = drive(machineOf([loopOf([step('x')])]), (task) =>
      task.step.type === 'loop' ? opened([]) : undefined,
    );
    expect(end).toMatchObject({ kind: 'complete', output: [] });
  });
});

describe('a replay', () => {
  it('requests only what has no result', () => {
    const machine = machineOf([step('a'), step('b'), step('c')]);
    machine.start();
    const events: ExecutionEvent[] = [
      { type: 'step_completed', at, path: 'a', step_type: 'transform', started_at: at, attempt: 1, output: 1 },
      { type: 'step_started', at, path: 'b', step_type: 'transform', attempt: 1 },
      {
        type: 'step_failed',
        at,
        path: 'b',
        step_type: 'transform',
        started_at: at,
        attempt: 1,
        error: { code: 'STEP_FAILED', message: 'no' },
        retry_at: '2026-01-01T00:00:05.000Z',
      },
    ];
    for (const event of events) replayEvent(machine, event, () => null);
    const action = machine.take();
    expect(action).toMatchObject({
      kind: 'run',
      task: { path: 'b', attempt: 2, firstStartedAt: at, notBefore: '2026-01-01T00:00:05.000Z' },
    });
    expect(machine.take()).toBeUndefined();
  });

  it('leaves out events that need nothing done, and kinds that only newer versions know', () => {
    const done = { type: 'step_completed', at, step_type: 'transform', started_at: at, attempt: 1, output: 1 } as const;
    const others = [
      { type: 'signal_received', at, path: 'a' },
      { type: 'approval_decided', at, path: 'nowhere' },
      { type: 'teleported', at, path: 'b', step_type: 'transform', attempt: 4, output: 2 },
    ] as unknown as ExecutionEvent[];
    const machine = machineOf([step('a'), step('b'), step('c')]);
    machine.start();
    for (const event of [...others, { ...done, path: 'a' }, ...others, { ...done, path: 'b' }, ...others])
      replayEvent(machine, event, () => null);
    expect(machine.take()).toMatchObject({ kind: 'run', task: { path: 'c', attempt: 1 } });
    expect([...machine.openTasks()].map((task) => task.path)).toEqual(['c']);
  });

  it('refuses a result of a step that cannot be running', () => {
    const machine = machineOf([step('a'), step('b')]);
    machine.start();
    const event = {
      type: 'step_completed',
      at,
      path: 'b',
      step_type: 'transform',
      started_at: at,
      attempt: 1,
      output: 1,
    };
    expect(() => replayEvent(machine, event as ExecutionEvent, () => null)).toThrow(ReplayMismatchError);
  });
});
