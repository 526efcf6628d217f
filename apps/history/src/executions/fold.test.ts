import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import fc from 'fast-check';
import { endOf, foldExecution } from './fold.js';

const ID = 'exec_1';
const time = (milliseconds: number) => new Date(Date.UTC(2026, 0, 1) + milliseconds).toISOString();

const started: ExecutionEvent = {
  type: 'started',
  at: time(5),
  workflow_id: 'wf_1',
  version: 3,
  accepted_at: time(0),
  trigger: { type: 'webhook', webhook_id: 'wh_1', method: 'POST', headers: {}, query: {} },
  input: { name: 'Ada' },
};
const stepStarted = (path: string, at: number, attempt = 1): ExecutionEvent => ({
  type: 'step_started',
  at: time(at),
  path,
  step_type: 'http',
  attempt,
});
const stepCompleted = (
  path: string,
  from: number,
  to: number,
  output: unknown = null,
  attempt = 1,
): ExecutionEvent => ({
  type: 'step_completed',
  at: time(to),
  path,
  step_type: 'http',
  started_at: time(from),
  attempt,
  output,
});
const stepFailed = (path: string, from: number, to: number, attempt = 1, retryAt?: number): ExecutionEvent => ({
  type: 'step_failed',
  at: time(to),
  path,
  step_type: 'http',
  started_at: time(from),
  attempt,
  error: { code: 'HTTP_STATUS_ERROR', message: 'returned 500' },
  ...(retryAt === undefined ? {} : { retry_at: time(retryAt) }),
});

function fold(...events: ExecutionEvent[]) {
  const resource = foldExecution(ID, [started, ...events]);
  if (!resource) throw new Error('no resource');
  return resource;
}

describe('foldExecution', () => {
  it('has nothing to show before the execution has started', () => {
    expect(foldExecution(ID, [])).toBeNull();
    expect(foldExecution(ID, [stepStarted('a', 1)])).toBeNull();
  });

  it('shows a running execution from its start, begun when it was accepted', () => {
    expect(fold()).toEqual({
      id: ID,
      execution_id: ID,
      workflow_id: 'wf_1',
      workflow_version: 3,
      status: 'running',
      trigger: { type: 'webhook', webhook_id: 'wh_1', method: 'POST', headers: {}, query: {} },
      started_at: time(0),
      completed_at: null,
      duration_ms: null,
      input: { name: 'Ada' },
      steps: [],
      steps_total: 0,
      output: null,
      error: null,
    });
  });

  it('shows a step from its intent to its result', () => {
    expect(fold(stepStarted('a', 10)).steps).toEqual([
      {
        step_id: 'a',
        path: 'a',
        type: 'http',
        status: 'running',
        started_at: time(10),
        completed_at: null,
        duration_ms: null,
        attempts: 1,
        output: null,
        error: null,
      },
    ]);
    expect(fold(stepStarted('a', 10), stepCompleted('a', 10, 30, { ok: true })).steps[0]).toMatchObject({
      status: 'completed',
      completed_at: time(30),
      duration_ms: 20,
      output: { ok: true },
    });
  });

  it('shows a step that waits, until it has its result', () => {
    const step = { path: 'a', step_type: 'wait', attempt: 1, started_at: time(10) } as const;
    const waiting: ExecutionEvent = { type: 'step_waiting', at: time(10), ...step, waits_for: 'time', until: time(90) };
    const run = { started_at: time(10), attempts: 1, completed_at: null, error: null };
    expect(fold(waiting).steps).toEqual([expect.objectContaining({ ...run, status: 'waiting' })]);
    const done: ExecutionEvent = { type: 'step_completed', at: time(90), ...step, output: null };
    expect(fold(waiting, done).steps).toEqual([expect.objectContaining({ status: 'completed', duration_ms: 80 })]);
  });

  it('names the execution that a step has started last, and the step that started this one', () => {
    const child = { execution_id: 'exec_2', workflow_id: 'wf_2', version: 1, awaited: true };
    const step = { path: 'a', step_type: 'sub_workflow', attempt: 1, started_at: time(10) } as const;
    const waiting: ExecutionEvent = { type: 'step_waiting', at: time(10), ...step, waits_for: 'sub_workflow', child };
    expect(fold(waiting).steps[0]).toMatchObject({ status: 'waiting', child_execution_id: 'exec_2' });
    const trigger = { type: 'workflow', execution_id: 'exec_0', step_path: 'each[3].call' } as const;
    const of = { workflow_id: 'wf_1', version: 1, accepted_at: time(0), trigger } as const;
    const view = foldExecution('exec_1', [{ type: 'started', at: time(0), ...of }]);
    expect(view?.parent).toEqual({ execution_id: 'exec_0', step_path: 'each[3].call' });
    expect(fold(waiting).parent).toBeUndefined();
  });

  it('counts attempts and measures a retried step from its first one', () => {
    const retrying = [stepStarted('a', 10), stepFailed('a', 10, 20, 1, 120)];
    expect(fold(...retrying).steps[0]).toMatchObject({
      status: 'waiting_for_retry',
      attempts: 1,
      error: { code: 'HTTP_STATUS_ERROR' },
      completed_at: null,
    });
    expect(fold(...retrying, stepStarted('a', 120, 2)).steps[0]).toMatchObject({
      status: 'running',
      attempts: 2,
      error: null,
      started_at: time(10),
    });
    expect(fold(...retrying, stepStarted('a', 120, 2), stepCompleted('a', 120, 150, 'x', 2)).steps[0]).toMatchObject({
      status: 'completed',
      attempts: 2,
      duration_ms: 140,
      error: null,
      output: 'x',
    });
    expect(fold(...retrying, stepStarted('a', 120, 2), stepFailed('a', 120, 130, 2)).steps[0]).toMatchObject({
      status: 'failed',
      attempts: 2,
      duration_ms: 120,
      error: { code: 'HTTP_STATUS_ERROR' },
    });
  });

  it('keeps a step that a crash interrupted as one run', () => {
    const { steps } = fold(
      stepStarted('a', 10),
      { type: 'resumed', at: time(40_000), delivery: 2 },
      stepStarted('a', 40_001),
      stepCompleted('a', 40_001, 40_010),
    );
    expect(steps).toHaveLength(1);
    expect(steps[0]).toMatchObject({ status: 'completed', attempts: 1, started_at: time(10) });
  });

  it('lists skipped steps without a start', () => {
    expect(fold({ type: 'step_skipped', at: time(7), path: 'b', step_type: 'email' }).steps[0]).toMatchObject({
      status: 'skipped',
      started_at: null,
      completed_at: time(7),
      duration_ms: null,
      attempts: 0,
    });
  });

  it('ends completed, failed or cancelled', () => {
    expect(fold({ type: 'completed', at: time(100), output: [1] })).toMatchObject({
      status: 'completed',
      output: [1],
      error: null,
      duration_ms: 100,
      completed_at: time(100),
    });
    expect(
      fold({ type: 'failed', at: time(100), error: { code: 'STEP_FAILED', message: 'no' }, path: 'a' }),
    ).toMatchObject({
      status: 'failed',
      output: null,
      error: { code: 'STEP_FAILED', message: 'no' },
    });
    expect(fold({ type: 'cancelled', at: time(100), reason: 'by hand' })).toMatchObject({
      status: 'cancelled',
      output: null,
      error: null,
    });
  });

  it('says who has asked to cancel it, from then on, and what could not be undone', () => {
    const asked: ExecutionEvent = { type: 'cancel_requested', at: time(50), by: 'tok_1', reason: 'by hand' };
    const told = { requested_at: time(50), requested_by: 'tok_1', reason: 'by hand' };
    const running = fold(stepStarted('a', 10), asked);
    expect(running).toMatchObject({ status: 'running', cancellation: { ...told, in_flight: [], in_flight_total: 0 } });
    const later: ExecutionEvent = { type: 'cancel_requested', at: time(60), by: 'tok_2' };
    const end: ExecutionEvent = {
      type: 'cancelled',
      at: time(100),
      in_flight: [{ path: 'a', step_type: 'http' }],
      in_flight_total: 1,
    };
    const { steps, ...ended } = fold(stepStarted('a', 10), stepStarted('b', 10), asked, later, end);
    expect(ended).toMatchObject({
      status: 'cancelled',
      cancellation: { ...told, in_flight: [{ path: 'a', type: 'http' }], in_flight_total: 1 },
    });
    expect(steps.map(({ error }) => error)).toEqual([
      expect.objectContaining({ code: 'STEP_CANCELLED', details: { in_flight: true } }),
      expect.objectContaining({ code: 'STEP_CANCELLED', details: { in_flight: false } }),
    ]);
    expect(fold()).not.toHaveProperty('cancellation');
  });

  it('ignores whatever follows the end', () => {
    const resource = fold({ type: 'completed', at: time(100), output: 1 }, stepStarted('late', 200), {
      type: 'failed',
      at: time(300),
      error: { code: 'X', message: '' },
    });
    expect(resource).toMatchObject({ status: 'completed', output: 1, steps: [], completed_at: time(100) });
    expect(
      endOf([started, { type: 'cancelled', at: time(1) }, { type: 'completed', at: time(2), output: null }])?.type,
    ).toBe('cancelled');
  });

  it('leaves no step running in an execution that ended', () => {
    const failed = fold(stepStarted('a', 10), {
      type: 'failed',
      at: time(100),
      error: { code: 'EXECUTION_TIMEOUT', message: 'too long' },
    });
    expect(failed.steps[0]).toMatchObject({
      status: 'failed',
      completed_at: time(100),
      duration_ms: 90,
      error: { code: 'EXECUTION_TIMEOUT' },
    });
    const cancelled = fold(stepStarted('a', 10), { type: 'cancelled', at: time(100) });
    expect(cancelled.steps[0]).toMatchObject({
      status: 'failed',
      error: { code: 'STEP_CANCELLED', details: { in_flight: false } },
    });
    const waiting = fold(stepFailed('a', 10, 20, 1, 500), { type: 'cancelled', at: time(100) });
    expect(waiting.steps[0]).toMatchObject({ status: 'failed', error: { code: 'HTTP_STATUS_ERROR' } });
  });

  it('orders steps by their start, and a loop before the steps in it although it is reported last', () => {
    const { steps } = fold(
      stepCompleted('first', 10, 10),
      stepCompleted('each[0].send', 10, 11),
      stepCompleted('each[1].send', 11, 12),
      stepCompleted('each', 10, 12),
      stepCompleted('last', 12, 12),
    );
    expect(steps.map((step) => step.path)).toEqual(['first', 'each', 'each[0].send', 'each[1].send', 'last']);
    expect(steps[2]).toMatchObject({ step_id: 'send', path: 'each[0].send' });
  });

  it('orders the branches of a parallel by the time each step started', () => {
    const { steps } = fold(
      stepCompleted('p.right.b', 11, 30),
      stepCompleted('p.left.a', 10, 40),
      stepCompleted('p', 10, 40),
    );
    expect(steps.map((step) => step.path)).toEqual(['p', 'p.left.a', 'p.right.b']);
  });

  it('cuts a long list off and says how long it is', () => {
    const runs = Array.from({ length: 2_500 }, (_, index) => stepCompleted(`each[${index}].send`, index, index + 1));
    const resource = fold(...runs);
    expect(resource.steps).toHaveLength(LIMITS.stepsPerAnswer);
    expect(resource.steps_total).toBe(2_500);
    expect(resource.steps.at(-1)?.path).toBe(`each[${LIMITS.stepsPerAnswer - 1}].send`);
  });

  it('copes with clocks that disagree and times that are none', () => {
    expect(fold({ type: 'completed', at: time(-50), output: null }).duration_ms).toBe(0);
    expect(fold({ type: 'completed', at: 'soon', output: null }).duration_ms).toBe(0);
  });
});

describe('any prefix of any sequence of events', () => {
  const path = fc.constantFrom(
    'a',
    'b',
    'each',
    'each[0].s',
    'each[1].s',
    'each[1].in[2].t',
    'p.left.x',
    '__proto__',
    'constructor',
  );
  const at = fc.integer({ min: 0, max: 50 });
  const attempt = fc.integer({ min: 1, max: 4 });
  const anyEvent: fc.Arbitrary<ExecutionEvent> = fc.oneof(
    fc.constant(started),
    fc
      .record({ at, delivery: attempt })
      .map(({ at: when, delivery }): ExecutionEvent => ({ type: 'resumed', at: time(when), delivery })),
    fc.tuple(path, at, attempt).map(([where, when, number]) => stepStarted(where, when, number)),
    fc
      .tuple(path, at, attempt, fc.jsonValue())
      .map(([where, when, number, output]) => stepCompleted(where, when, when + 1, output, number)),
    fc
      .tuple(path, at, attempt, fc.option(at, { nil: undefined }))
      .map(([where, when, number, retry]) => stepFailed(where, when, when + 1, number, retry)),
    fc.tuple(path, at).map(([where, when]): ExecutionEvent => ({
      type: 'step_skipped',
      at: time(when),
      path: where,
      step_type: 'http',
    })),
    at.map((when): ExecutionEvent => ({ type: 'completed', at: time(when), output: when })),
    at.map((when): ExecutionEvent => ({ type: 'failed', at: time(when), error: { code: 'STEP_FAILED', message: '' } })),
    at.map((when): ExecutionEvent => ({ type: 'cancelled', at: time(when) })),
  );

  it('folds, and never takes back a result that was shown', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let ended: unknown;
        const settled = new Map<string, unknown>();
        for (let length = 0; length <= events.length; length++) {
          const resource = foldExecution(ID, events.slice(0, length));
          if (!resource) continue;
          if (ended !== undefined) expect(resource).toEqual(ended);
          else if (resource.status !== 'running') ended = resource;
          for (const step of resource.steps) {
            if (settled.has(step.path)) expect(step).toEqual(settled.get(step.path));
            else if (step.completed_at !== null) settled.set(step.path, step);
            expect(step.duration_ms === null || step.duration_ms >= 0).toBe(true);
          }
          expect(resource.steps_total).toBe(new Set(resource.steps.map((step) => step.path)).size);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it('leaves out kinds of events that only newer versions know, wherever they are', () => {
  const known = [started, stepStarted('a', 10), stepCompleted('a', 10, 30), stepStarted('b', 40)];
  const at = time(20);
  const unknown = [
    { type: 'teleported', at },
    { type: 'step_teleported', at, path: 'b', step_type: 'http', attempt: 9, output: 1 },
    { type: 'step_teleported', at, path: 'c', step_type: 'http' },
  ] as unknown as ExecutionEvent[];
  const mixed = [...unknown, ...known.flatMap((event) => [event, ...unknown])];
  expect(foldExecution(ID, mixed)).toEqual(foldExecution(ID, known));
});
