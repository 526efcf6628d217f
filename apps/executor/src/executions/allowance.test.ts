import { planWorkflow } from '@millrace/schema';
import { aScope } from '../../test/support/scope.js';
import type { Task } from '../engine/frames.js';
import { Holdings } from '../engine/holdings.js';
import { ExecutionMachine } from '../engine/machine.js';
import { Allowance } from './allowance.js';
import { MemoryLedger } from './memory-ledger.js';

const plan = planWorkflow({
  name: 'x',
  trigger: { type: 'webhook', config: {} },
  steps: [{ id: 'a', type: 'transform', config: { output: 1 } }],
});
const [a, b] = [{ path: 'a' }, { path: 'b' }] as [Task, Task];

/** An execution that may hold `limit` bytes, in a process that has `memory`, and how often its end was reported. */
function execution({ limit = 100, memory = new MemoryLedger(1_000) } = {}) {
  const machine = new ExecutionMachine(plan, aScope(), new Holdings(limit));
  const told = { ended: 0 };
  const allowance = new Allowance(machine, { memory }, () => (told.ended += 1));
  machine.start();
  allowance.open();
  return { allowance, memory, told, end: () => endOf(machine) };
}

/** The code with which the execution is to fail after what runs has been aborted. */
function endOf(machine: ExecutionMachine): string | undefined {
  for (let action = machine.take(); action !== undefined; action = machine.take())
    if (action.kind === 'fail') return action.failure.code;
  return undefined;
}

describe('what an execution may hold', () => {
  it('counts an answer in the memory of the process while it is read, and no longer', () => {
    const { allowance, memory } = execution();
    allowance.reading(a, 30);
    allowance.reading(a, 60);
    allowance.reading(b, 20);
    expect(memory.total).toBe(80);
    allowance.reading(a, 0);
    allowance.reading(b, 0);
    expect(memory.total).toBe(0);
  });

  it('bounds answers that are read at the same time together, and ends the execution at once', () => {
    const { allowance, told, end } = execution();
    allowance.reading(a, 60);
    allowance.reading(a, 0);
    allowance.reading(b, 60);
    expect(told.ended).toBe(0);
    allowance.reading(a, 41);
    expect(told.ended).toBe(1);
    expect(end()).toBe('EXECUTION_TOO_LARGE');
  });

  it('ends the execution that holds the most when the process has no memory left', () => {
    const memory = new MemoryLedger(100);
    const [large, small] = [execution({ memory }), execution({ memory })];
    large.allowance.reading(a, 70);
    small.allowance.reading(a, 40);
    expect([large.told.ended, small.told.ended]).toEqual([1, 0]);
    expect(large.end()).toBe('EXECUTION_TOO_LARGE');
    expect(memory.total).toBe(40);
  });

  it('gives back everything at its end', () => {
    const { allowance, memory } = execution();
    allowance.charge('a', { bytes: 50, heap: 80 });
    expect(memory.total).toBe(80);
    allowance.close();
    expect(memory.total).toBe(0);
  });

  it('opens no loop whose items do not fit', () => {
    const { allowance, end } = execution();
    expect(allowance.mayOpen('a', { bytes: 101, heap: 0 })).toBe(false);
    expect(end()).toBe('EXECUTION_TOO_LARGE');
  });
});
