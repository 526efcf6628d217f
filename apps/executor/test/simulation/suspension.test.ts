import type { ExecutionEvent } from '@millrace/contracts';
import { EPOCH } from './epoch.js';
import type { SourceProgram } from './program-generator.js';
import { World } from './world.js';

const time = (milliseconds: number) => new Date(EPOCH + milliseconds).toISOString();
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

const wait = (id: string, milliseconds: number, rest: object = {}) => ({
  id,
  type: 'wait',
  config: { until: time(milliseconds) },
  ...rest,
});
const say = (id: string, output: unknown) => ({ id, type: 'transform', config: { output } });
const branches = (...steps: object[][]) => ({ branches: steps.map((each) => ({ steps: each })) });

/** Runs the steps to their end, each time in a new process after a suspension. */
async function run(steps: object[], settings: object = {}): Promise<readonly ExecutionEvent[]> {
  const document = { name: 'Test', trigger: { type: 'webhook', config: {} }, steps, settings };
  const world = new World({ seed: 1, document, input: {}, concurrent: false } as unknown as SourceProgram);
  for (let message = world.nextMessage(); message !== null; message = world.nextMessage()) {
    const { ended } = world.startExecutor(message);
    await world.passTime(ended);
    expect(await ended).not.toBeInstanceOf(Error);
  }
  expect(world.violations).toEqual([]);
  return world.events;
}

const suspensions = (events: readonly ExecutionEvent[]) =>
  events.flatMap((event) => (event.type === 'suspended' ? [event.until] : []));
const types = (events: readonly ExecutionEvent[]) => events.map((event) => event.type);

describe('a wait', () => {
  it('above two seconds suspends, and its output says until when it was', async () => {
    const events = await run([say('before', 1), wait('pause', HOUR), say('after', '{{pause.output.waited_until}}')]);
    expect(types(events)).toEqual([
      'started',
      'step_completed',
      'step_waiting',
      'suspended',
      'woken',
      'step_completed',
      'step_completed',
      'completed',
    ]);
    expect(suspensions(events)).toEqual([time(HOUR)]);
    expect(events.at(-1)).toMatchObject({ output: time(HOUR) });
    expect(Date.parse(events.at(-1)?.at ?? '')).toBeGreaterThanOrEqual(EPOCH + HOUR);
  });

  it('of two seconds and less stays where it is', async () => {
    const events = await run([wait('pause', 2 * SECOND), wait('past', -HOUR)]);
    expect(types(events)).toEqual(['started', 'step_started', 'step_completed', 'step_completed', 'completed']);
  });

  it('that would be longer than an execution can wait is refused, and says so', async () => {
    const events = await run([wait('first', 5 * DAY), wait('pause', 30 * DAY + SECOND)]);
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      path: 'pause',
      error: { code: 'WAIT_TOO_LONG', details: { until: time(30 * DAY + SECOND), latest: time(30 * DAY) } },
    });
    expect(suspensions(events)).toEqual([time(5 * DAY)]);
  });

  it('ends with the timeout of its step, and may be tried again', async () => {
    const pause = wait('pause', HOUR, {
      timeout: '10s',
      retry: { max_attempts: 2, initial_delay: '20ms', jitter: false },
    });
    const events = await run([pause]);
    expect(suspensions(events)).toHaveLength(2);
    const failures = events.filter((event) => event.type === 'step_failed');
    expect(failures.map((event) => event.error.code)).toEqual(['STEP_TIMEOUT', 'STEP_TIMEOUT']);
  });

  it('ends with the timeout of the execution', async () => {
    const events = await run([wait('pause', HOUR)], { timeout: '1m' });
    expect(suspensions(events)).toEqual([time(60 * SECOND)]);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'EXECUTION_TIMEOUT' } });
  });

  it('ends with the timeout of the loop around it', async () => {
    const loop = { id: 'each', type: 'loop', timeout: '1m', config: { items: [1, 2], steps: [wait('pause', HOUR)] } };
    const events = await run([{ ...loop, on_error: 'continue' }, say('after', 'done')]);
    expect(suspensions(events)).toEqual([time(60 * SECOND)]);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'done' });
  });
});

describe('several waits at the same time', () => {
  it('suspend once nothing else can run, each time until the first of them', async () => {
    const call = {
      id: 'call',
      type: 'http',
      config: { method: 'POST', url: 'http://simulated.example/call' },
      on_error: 'continue',
    };
    const steps = [
      {
        id: 'all',
        type: 'parallel',
        config: branches([wait('a', HOUR)], [wait('b', 60 * SECOND), call], [wait('c', DAY)]),
      },
    ];
    const events = await run(steps);
    expect(suspensions(events)).toEqual([time(60 * SECOND), time(HOUR), time(DAY)]);
    expect(types(events).filter((type) => type === 'step_waiting')).toHaveLength(3);
    expect(events.at(-1)?.type).toBe('completed');
  });

  it('are suspended until a retry that comes before they end', async () => {
    const fails = {
      id: 'call',
      type: 'transform',
      config: { output: '{{input.absent.deeper}}' },
      retry: { max_attempts: 2, backoff: 'constant', initial_delay: '5s', jitter: false, retry_if: 'true' },
      on_error: 'continue',
    };
    const events = await run([{ id: 'all', type: 'parallel', config: branches([wait('a', HOUR)], [fails]) }]);
    expect(suspensions(events)).toEqual([time(5 * SECOND), time(HOUR)]);
  });

  it('that were given up wake nobody', async () => {
    const fails = say('fails', '{{input.absent.deeper}}');
    const parallel = {
      id: 'all',
      type: 'parallel',
      config: { ...branches([wait('a', HOUR)], [wait('b', 60 * SECOND), fails]), on_error: 'fail' },
    };
    const events = await run([{ ...parallel, on_error: 'continue' }, wait('last', DAY)]);
    expect(suspensions(events)).toEqual([time(60 * SECOND), time(DAY)]);
  });

  it('of many items end one after the other', async () => {
    const loop = {
      id: 'each',
      type: 'loop',
      config: {
        items: [3, 4, 5, 6],
        concurrency: 2,
        steps: [{ id: 'pause', type: 'wait', config: { duration: '{{item * 60}}' } }],
      },
    };
    const events = await run([loop]);
    expect(suspensions(events)).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
  });
});
