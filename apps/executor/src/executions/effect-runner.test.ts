import { newId } from '@millrace/contracts';
import type { FileStore } from '@millrace/messaging';
import { redactionBy, TextMask } from '@millrace/service-kit/redaction';
import { systemClock } from '../clock.js';
import type { Task } from '../engine/frames.js';
import type { Attempt } from '../steps/step-handler.js';
import { EffectRunner } from './effect-runner.js';

const EXECUTION = newId('execution');
const program = { reachesOutside: () => true };

/** What becomes of an attempt that may take 20 ms. */
function outcomeOf(run: Attempt, more: object = {}): Promise<unknown> {
  const step = { id: 'call', type: 'http', timeoutMs: 20, secretsInOutput: false };
  const task = { path: 'call', step, attempt: 1, state: 'taken', tools: null, startedAt: '2026-11-28T00:00:00.000Z' };
  return new Promise((resolve) => {
    const context = {
      organisationId: 'org_1',
      executionId: EXECUTION,
      clock: systemClock,
      redact: null,
      program,
      ...more,
    };
    new EffectRunner(
      context as unknown as ConstructorParameters<typeof EffectRunner>[0],
      { flush: () => Promise.resolve() },
      {
        completed: (_task, _startedAt, output, { isRedacted }) => resolve(isRedacted ? { redacted: output } : output),
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

  it('reaches those who ask for a signal', async () => {
    let signal: AbortSignal | undefined;
    const run: Attempt = (call) => {
      signal = call.signal;
      return new Promise(() => undefined);
    };
    const outcome = await outcomeOf(run);
    expect(signal?.reason).toBe(outcome);
  });
});

describe('the result of an attempt', () => {
  const mask = new TextMask();
  mask.add('correct-horse');
  const hiding = { redact: redactionBy([mask]), masks: [mask] };
  const size = 400_000;

  async function resultOf(output: unknown, more: object = {}): Promise<{ result: unknown; turns: number }> {
    let turns = 0;
    const clock = {
      ...systemClock,
      yield: (organisationId: string) => {
        turns++;
        return systemClock.yield(organisationId);
      },
    };
    return { result: await outcomeOf(() => Promise.resolve(output), { clock, ...more }), turns };
  }

  it('is redacted in turns when it is large, so that others go on meanwhile', async () => {
    const { result, turns } = await resultOf(`${'x'.repeat(size)} correct-horse`, hiding);
    expect(result).toEqual({ redacted: `${'x'.repeat(size)} ••••` });
    expect(turns).toBeGreaterThan(size / 131_072);
  });

  it('waits for its turn when it is large and nothing is to be redacted', async () => {
    expect(await resultOf('x'.repeat(size))).toEqual({ result: 'x'.repeat(size), turns: 1 });
  });

  it('is left to its recorder when it is small', async () => {
    expect(await resultOf('correct-horse', hiding)).toEqual({ result: 'correct-horse', turns: 0 });
  });

  it('is a failure when it is too large, before it is looked through', async () => {
    const deep = Array.from({ length: 40 }).reduce<unknown>((all) => [all, all], 'correct-horse');
    expect((await resultOf(deep, hiding)).result).toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
  });
});

it('an attempt that fails leaves none of the files that it has written: nothing names them', async () => {
  const stored: string[] = [];
  const removed: string[] = [];
  const files: Partial<FileStore> = {
    list: () => Promise.resolve([]),
    store: ({ address: { file_id: id }, name, type }) => {
      stored.push(id);
      return Promise.resolve({ id, name, type, size: 0, sha256: '0'.repeat(64) });
    },
    remove: (_, id) => Promise.resolve(void removed.push(id)),
  };
  const write: Attempt = (call) => call.files.write({ name: 'a', type: null }, (async function* () {})());
  expect(await outcomeOf(write, { files })).toMatchObject({ file: { name: 'a' } });
  const fail: Attempt = (call) => write(call).then(() => Promise.reject(new Error('After it')));
  expect(await outcomeOf(fail, { files })).toMatchObject({ message: 'After it' });
  expect(stored).toHaveLength(2);
  expect(removed).toEqual(stored.slice(1));
});
