import { systemClock } from '../clock.js';
import type { Task } from '../engine/frames.js';
import type { Attempt } from '../steps/step-handler.js';
import { EffectRunner } from './effect-runner.js';

const program = { reachesOutside: () => true };

/** What becomes of an attempt that may take 20 ms. */
function outcomeOf(run: Attempt): Promise<unknown> {
  const step = { id: 'call', type: 'http', timeoutMs: 20, secretsInOutput: false };
  const task = { path: 'call', step, attempt: 1, state: 'taken', tools: null, startedAt: '2026-11-28T00:00:00.000Z' };
  return new Promise((resolve) => {
    const context = { organisationId: 'org_1', executionId: 'exec_1', clock: systemClock, redact: null, program };
    new EffectRunner(
      context as unknown as ConstructorParameters<typeof EffectRunner>[0],
      { flush: () => Promise.resolve() },
      {
        completed: (_task, _startedAt, output) => resolve(output),
        failed: (_task, _startedAt, error) => resolve(error),
        wantsTools: () => undefined,
        broken: resolve,
        inDoubt: () => undefined,
        reading: () => undefined,
        settled: () => undefined,
      },
    ).start(task as unknown as Task, run);
  });
}

describe('an attempt that runs out of time', () => {
  it('fails so, whatever its handler says of it', async () => {
    const run: Attempt = (call) =>
      new Promise((_, reject) => {
        call.stop.addEventListener('abort', () => reject(new Error('I was told to stop')));
      });
    expect(await outcomeOf(run)).toMatchObject({ code: 'STEP_TIMEOUT' });
  });

  it('is not waited for when its handler goes on', async () => {
    expect(await outcomeOf(() => new Promise(() => undefined))).toMatchObject({ code: 'STEP_TIMEOUT' });
  });

  it('is told to those who ask for a signal', async () => {
    let signal: AbortSignal | undefined;
    const run: Attempt = (call) => {
      signal = call.signal;
      return new Promise(() => undefined);
    };
    const outcome = await outcomeOf(run);
    expect(signal?.reason).toBe(outcome);
  });
});
