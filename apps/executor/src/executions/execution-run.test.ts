import { AppError, LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { systemClock, type Clock } from '../clock.js';
import type { EffectHandler } from '../steps/step-handler.js';
import { loop as loopHandler } from '../steps/loop.step.js';
import { parallel } from '../steps/parallel.step.js';
import { stop } from '../steps/stop.step.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { transform as transformHandler } from '../steps/transform.step.js';
import { wait as waitHandler } from '../steps/wait.step.js';
import { ExecutionRun } from './execution-run.js';
import { MemoryLedger } from './memory-ledger.js';

interface Options {
  readonly limitBytes?: number;
  readonly memory?: MemoryLedger;
  readonly clock?: Clock;
  readonly chargeStored?: (bytes: number) => AppError | null;
  /** Awaited by each append; called with how many step runs have ended, and what is appended. */
  readonly beforeAppend?: (ended: number, events: readonly ExecutionEvent[]) => Promise<void>;
}

/** The signals of calls that never get a response. */
const unanswered: AbortSignal[] = [];
beforeEach(() => void unanswered.splice(0));

/** Calls `never`, or anything else, which gets a response once `never` has been called. */
const http: EffectHandler<'http'> = {
  kind: 'effect',
  compile: (config) => () => async (call) => {
    if (config.url === 'http://never/') {
      unanswered.push(call.signal);
      return new Promise(() => undefined);
    }
    while (unanswered.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return 'answered';
  },
};

/** A run of these steps against a journal that only counts. */
function prepare(steps: object[], input: unknown, { beforeAppend, ...options }: Options) {
  const program = new WorkflowProgram(
    planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps }),
    'Test',
    { transform: transformHandler, loop: loopHandler, wait: waitHandler, parallel, stop, http },
  );
  const counts = { step_completed: 0, step_started: 0, step_failed: 0 };
  const recorded: ExecutionEvent[] = [];
  const entries: number[] = [];
  let ended = 0;
  const execution = new ExecutionRun({
    organisationId: 'org_1',
    executionId: 'exec_1',
    startedAt: new Date().toISOString(),
    seed: 'seed',
    program,
    redact: null,
    sealing: null,
    scope: { input, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
    append: async (events) => {
      await beforeAppend?.(ended, events);
      entries.push(events.length === 1 ? 0 : Buffer.byteLength(JSON.stringify(events)));
      for (const event of events) {
        recorded.push(event);
        if (event.type in counts) counts[event.type as keyof typeof counts]++;
      }
    },
    clock: systemClock,
    random: Math.random,
    memory: new MemoryLedger(Infinity),
    metrics: { stepEnded: () => void ended++, stepRetried: () => undefined },
    onDefect: () => undefined,
    ...options,
  });
  return { execution, counts, entries, recorded };
}

/** Runs steps to their end, and returns how many events of a type were recorded before. */
async function run(steps: object[], { input = {}, ...options }: Options & { input?: unknown } = {}) {
  const { execution, ...told } = prepare(steps, input, options);
  const at = new Date().toISOString();
  const started = {
    type: 'started',
    at,
    workflow_id: 'w',
    version: 1,
    accepted_at: at,
    trigger: { type: 'api' },
  } as const;
  return { end: (await execution.start(started)) as Extract<ExecutionEvent, { type: 'failed' }>, ...told };
}

const transform = (id: string, output: unknown) => ({ id, type: 'transform', config: { output } });
const loop = (id: string, items: unknown, steps: object[], rest: object = {}) => ({
  id,
  type: 'loop',
  config: { items, steps, ...rest },
});
const tooLarge = (path: string) => ({
  type: 'failed',
  path,
  error: { code: 'EXECUTION_TOO_LARGE', details: { path } },
});

describe('an execution that holds more than it may', () => {
  it('fails at the result that does not fit, which no on_error keeps from it', async () => {
    const steps = ['a', 'b', 'c', 'd'].map((id) => ({
      ...transform(id, "{{'x'.repeat(1000)}}"),
      on_error: 'continue',
    }));
    const { end, counts } = await run(steps, { limitBytes: 4_000 });
    expect(end).toMatchObject(tooLarge('d'));
    expect(end.error.details).toEqual({
      path: 'd',
      limit_bytes: 4_000,
      reached_bytes: 4 + 4 * (1_002 + LIMITS.stepRunBytes),
    });
    expect(counts.step_completed).toBe(3);
    const { end: within } = await run(steps.slice(0, 2), { limitBytes: 4_000 });
    expect(within.type).toBe('completed');
  });

  it('fails while it accumulates, not at the end of the loop', async () => {
    const { end, counts } = await run([
      loop('each', '{{range(0, 1000)}}', [transform('make', "{{'x'.repeat(1000000)}}")]),
    ]);
    expect(end).toMatchObject(tooLarge('each[67].make'));
    expect(counts.step_completed).toBe(67);
  });

  it('fails before it starts a loop whose items do not fit beside those of the loops that run', async () => {
    const items = "{{range(0, 9).map(i => 'x'.repeat(100000))}}";
    const wait = { id: 'hold', type: 'wait', config: { duration: '60s' } };
    const { end, counts } = await run([
      loop('outer', '{{range(0, 100)}}', [loop('inner', items, [wait])], { concurrency: 100 }),
    ]);
    expect(end).toMatchObject(tooLarge('outer[74].inner'));
    expect(counts.step_started).toBeLessThan(200);
  });

  it('releases the items of a loop that has ended', async () => {
    const items = "{{range(0, 9).map(i => 'x'.repeat(100))}}";
    const steps = [loop('outer', '{{range(0, 50)}}', [loop('inner', items, [{ ...transform('n', 1), if: 'false' }])])];
    // One loop's items fit, and 50 would not.
    const { end } = await run(steps, { limitBytes: 50 * 10 * LIMITS.stepRunBytes + 30_000 });
    expect(end.type).toBe('completed');
  });

  it('can make only so many step runs, however small', async () => {
    const limitBytes = LIMITS.executionBytes / 64;
    const steps = [loop('outer', '{{range(0, 1000)}}', [loop('inner', '{{range(0, 100)}}', [transform('n', 1)])])];
    const { end, counts } = await run(steps, { limitBytes });
    expect(end.error.code).toBe('EXECUTION_TOO_LARGE');
    // About 250,000 within the real limit.
    expect(64 * counts.step_completed).toBeGreaterThan(230_000);
    expect(counts.step_completed).toBeLessThan(limitBytes / LIMITS.stepRunBytes);
  });

  it('can skip only so many step runs', async () => {
    const { end } = await run([loop('each', '{{range(0, 100)}}', [{ ...transform('n', 1), if: 'false' }])], {
      limitBytes: 80 * LIMITS.stepRunBytes,
    });
    expect(end.error.code).toBe('EXECUTION_TOO_LARGE');
  });

  it('is ended when it holds the most of an executor without memory', async () => {
    const memory = new MemoryLedger(100_000);
    const other = memory.open(() => undefined);
    other.set(50_000);
    const steps = [loop('each', '{{range(0, 100)}}', [transform('make', "{{'x'.repeat(1000)}}")])];
    const { end } = await run(steps, { memory });
    expect(end.error).toMatchObject({ code: 'EXECUTION_TOO_LARGE', details: { executor_limit_bytes: 100_000 } });
    expect(memory.total).toBe(50_000);
  });

  it('is ended for the texts of its workflow too, which take memory from all', async () => {
    const text = `{{[${'1, '.repeat(900)}1].length}}`.repeat(5);
    const endIn = async (bytes: number) => (await run([transform('n', text)], { memory: new MemoryLedger(bytes) })).end;
    expect([(await endIn(2_000_000)).type, (await endIn(3_000_000)).type]).toEqual(['failed', 'completed']);
  });
});

describe('a retry_if', () => {
  it('spends from what its attempt left over, when nothing else had its turn between them', async () => {
    const work = '{{input.items.map(x => -x).length}}';
    const step = {
      ...transform('sum', { work: [work, work, work, work], missing: '{{input.none.deeper}}' }),
      retry: { max_attempts: 3, initial_delay: '1ms', retry_if: 'input.items.map(x => -x).length > 0' },
    };
    const input = { items: Array.from({ length: 20_000 }, (_, index) => index) };
    const { end, counts } = await run([step], { input });
    expect(end).toMatchObject({ type: 'failed', path: 'sum', error: { code: 'EXPRESSION_FAILED' } });
    expect(end.error.details?.['field']).toMatch(/^config\.output/);
    expect(counts.step_failed).toBe(1);
  });
});

describe('a replay', () => {
  it('lets the process go on again and again, however many events it has', async () => {
    const steps = [
      loop('outer', '{{range(0, 300)}}', [loop('inner', '{{range(0, 3).map(i => i)}}', [transform('n', 1)])]),
    ];
    const { recorded } = await run(steps);
    expect(recorded.length).toBeGreaterThan(1_500);
    let time = Date.now();
    let yields = 0;
    // A machine that takes a millisecond between two looks at its clock.
    const clock: Clock = {
      ...systemClock,
      now: () => ++time,
      yield: () => (yields++, systemClock.yield('org_1')),
    };
    const { execution } = prepare(steps, {}, { clock });
    let during = 0;
    const end = await execution.resume(recorded.slice(0, -1), () => (during = yields));
    expect(end.type).toBe('completed');
    expect(during).toBeGreaterThan(recorded.length / 20);
  });

  it('is given up when it is interrupted meanwhile', async () => {
    const steps = [loop('each', '{{range(0, 99)}}', [transform('n', 1)])];
    const { recorded } = await run(steps);
    let time = Date.now();
    const clock: Clock = { ...systemClock, now: () => (time += 20) };
    const { execution } = prepare(steps, {}, { clock });
    const resumed = execution.resume(recorded.slice(0, -1));
    execution.interrupt(new Error('stopping'));
    await expect(resumed).rejects.toThrow('stopping');
  });
});

describe('an execution in the memory of its executor', () => {
  it('counts the items of a loop before any of its steps starts', async () => {
    const memory = new MemoryLedger(100_000);
    const items = "{{range(0, 10).map(i => 'x'.repeat(20000))}}";
    const wait = { id: 'hold', type: 'wait', config: { duration: '1s' } };
    const { end, counts } = await run([loop('each', items, [wait])], { memory });
    expect(end.error).toMatchObject({ code: 'EXECUTION_TOO_LARGE', details: { executor_limit_bytes: 100_000 } });
    expect(counts.step_started).toBe(1);
  });

  it('gives it back when it ends', async () => {
    const memory = new MemoryLedger(100_000);
    const { end } = await run([transform('a', "{{'x'.repeat(1000)}}")], { memory });
    expect([end.type, memory.total]).toEqual(['completed', 0]);
  });
});

describe('the calls of an execution that ends', () => {
  const call = (id: string, url: string) => ({ id, type: 'http', config: { url } });
  const beside = (step: object) => ({
    id: 'both',
    type: 'parallel',
    config: {
      branches: [{ steps: [call('open', 'http://never/')] }, { steps: [call('called', 'http://soon/'), step] }],
    },
  });

  it.each([
    ['fails', beside(transform('make', '{{input.none.deeper}}'))],
    ['holds too much', beside(transform('make', "{{'x'.repeat(5000)}}"))],
    ['is stopped', beside({ id: 'enough', type: 'stop', config: {} })],
  ])('are over before its end is recorded, when it %s', async (_, step) => {
    const overAtEnd: boolean[] = [];
    await run([step], {
      limitBytes: 4_000,
      beforeAppend: async (_ended, events) => {
        if (events.some(({ type }) => type === 'completed' || type === 'failed'))
          overAtEnd.push(unanswered.every((signal) => signal.aborted));
      },
    });
    expect(unanswered).toHaveLength(1);
    expect(overAtEnd).toEqual([true]);
  });
});

describe('the journal of an execution', () => {
  it('is written in entries of bounded size, however much is recorded at once', async () => {
    const { end, entries } = await run([
      loop('each', '{{range(0, 100)}}', [transform('make', "{{'x'.repeat(400000)}}")], { concurrency: 100 }),
    ]);
    expect(end).toMatchObject({ type: 'failed', error: { code: 'OUTPUT_TOO_LARGE' } });
    expect(Math.max(...entries)).toBeLessThan(LIMITS.journalEntryBytes * 1.01);
    expect(Math.max(...entries)).toBeGreaterThan(LIMITS.journalEntryBytes / 2);
  });

  it('is waited for by steps that would outrun it', async () => {
    const steps = [loop('each', '{{range(0, 100)}}', [transform('make', "{{'x'.repeat(400000)}}")])];
    const ended: number[] = [];
    await run(steps, {
      beforeAppend: async (count) => {
        // Turns in which all the others would have run.
        for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
        ended.push(count);
      },
    });
    // Some four megabytes at a time.
    expect(ended.filter((count) => count < 50).length).toBeGreaterThan(0);
    const steadily = ended.map((count, index) => count - (ended[index - 1] ?? 0));
    expect(Math.max(...steadily)).toBeLessThan(50);
  });
});

describe('an execution that is suspended', () => {
  it('records nothing after that, whatever time it is by when that is stored', async () => {
    const timers = new Set<() => void>();
    let ahead = 0;
    const clock: Clock = {
      now: () => Date.now() + ahead,
      after: (_milliseconds, callback) => {
        timers.add(callback);
        return () => void timers.delete(callback);
      },
      yield: () => systemClock.yield('org_1'),
    };
    const fireAll = (): void => {
      for (const fire of [...timers]) {
        timers.delete(fire);
        fire();
      }
    };
    const { end, recorded } = await run([{ id: 'pause', type: 'wait', config: { duration: '1h' } }], {
      clock,
      beforeAppend: async (_ended, events) => {
        if (!events.some(({ type }) => type === 'suspended')) return;
        ahead = 2 * 60 * 60 * 1_000;
        // What is due, and then whatever was to be written a little later.
        fireAll();
        fireAll();
        await clock.yield('org_1');
      },
    });
    for (let turn = 0; turn < 5; turn++) await clock.yield('org_1');
    expect(end).toMatchObject({ type: 'suspended' });
    expect(recorded.map(({ type }) => type)).toEqual(['started', 'step_waiting', 'suspended']);
  });
});

describe('an execution whose organisation has stored as much as it may', () => {
  it('fails at the result that is too much, which is not recorded, and no on_error keeps it from that', async () => {
    const charged: number[] = [];
    const chargeStored = (bytes: number) => {
      if (charged.length === 2) return new AppError('QUOTA_EXCEEDED', { details: { kind: 'storage' } });
      charged.push(bytes);
      return null;
    };
    const steps = ['a', 'b', 'c', 'd'].map((id) => ({
      ...transform(id, "{{'x'.repeat(1000)}}"),
      on_error: 'continue',
    }));
    const { end, counts } = await run(steps, { chargeStored });
    expect(end).toMatchObject({
      type: 'failed',
      path: 'c',
      error: { code: 'QUOTA_EXCEEDED', details: { kind: 'storage' } },
    });
    expect(counts.step_completed).toBe(2);
    expect(charged).toEqual([1_002 + LIMITS.stepRunBytes, 1_002 + LIMITS.stepRunBytes]);
  });
});
