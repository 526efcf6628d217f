import { MASK, type Failure, type StepTest } from '@millrace/contracts';
import { redacted } from '@millrace/service-kit/redaction';
import type { Clock } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { EffectRunner, type Noted } from '../executions/effect-runner.js';
import type { MemoryShare } from '../executions/memory-ledger.js';
import type { RunContext } from '../executions/run-context.js';
import { shownFailure } from '../executions/shown-failure.js';
import { checkedSize } from '../executions/checked-size.js';
import { StepFailure } from '../steps/step-failure.js';
import type { EffectCall } from '../steps/step-handler.js';

/** What became of an attempt, or of what came before it. */
export type Outcome = Pick<StepTest, 'status' | 'output' | 'error' | 'retryable' | 'usage' | 'log'>;

/** What an attempt works with. */
export type AttemptContext = Pick<
  RunContext,
  'organisationId' | 'executionId' | 'program' | 'files' | 'masks' | 'redact' | 'chargeStored'
> & { readonly clock: Clock };

/** A step whose config has been evaluated. */
export type Effect = (call: EffectCall) => Promise<unknown>;

/** What an attempt may hold. */
export interface AttemptBounds {
  readonly memory: Pick<MemoryShare, 'set'>;
  /** Aborted, with a StepFailure, when the process has no memory for it. */
  readonly refusal: AbortSignal;
}

/** Makes one attempt as an execution does, with nothing recorded before and after it. */
export function attempt(
  context: AttemptContext,
  task: Task,
  run: Effect,
  { memory, refusal }: AttemptBounds,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const runner = new EffectRunner(
      context,
      { flush: () => Promise.resolve() },
      {
        completed: (of, _startedAt, output, noted) => resolve(completed(context, of, output, noted)),
        failed: (of, _startedAt, error, noted) => resolve(failed(context, of, error, noted)),
        // What it can call for is refused before it is tried.
        wantsTools: () => reject(new Error('A step that is tried has no tools')),
        broken: reject,
        // Nobody makes it again.
        inDoubt: () => undefined,
        reading: (_task, bytes) => void memory.set(bytes),
        settled: () => undefined,
      },
    );
    refusal.addEventListener('abort', () => {
      runner.abort(task);
      resolve(failed(context, task, refusal.reason));
    });
    runner.start(task, run);
  });
}

/** The step has given an output; one that is too large makes it a failed one, as in an execution. */
export function completed(
  { redact }: Pick<AttemptContext, 'redact'>,
  task: Task,
  result: unknown,
  noted: Noted = {},
): Outcome {
  try {
    checkedSize(result);
    const output = task.step.secretsInOutput ? MASK : redacted(result, redact);
    checkedSize(output);
    return { status: 'completed', output, error: null, ...shown(task, noted, redact) };
  } catch (error) {
    return failed({ redact }, task, error, noted);
  }
}

/** The step has failed. Throws what is no failure of a step but a defect. */
export function failed(
  { redact }: Pick<AttemptContext, 'redact'>,
  task: Task,
  error: unknown,
  noted: Noted = {},
): Outcome {
  const failure = StepFailure.from(error);
  if (failure.code === 'INTERNAL_ERROR') throw error;
  const told: Failure = redacted(shownFailure(task.step, withPlace(failure.toFailure(task.path))), redact);
  return {
    status: 'failed',
    output: null,
    error: told,
    retryable: failure.retryable,
    ...shown(task, noted, redact),
  };
}

/** Of a value that is missing, with where whoever tries the step gives it. */
function withPlace(failure: Failure): Failure {
  const { missing_path: path, hint } = failure.details ?? {};
  const [, root = ''] =
    typeof path === 'string' ? (/^(input|variables|item|index|loop|trigger)\b/.exec(path) ?? []) : [];
  if (root === '') return failure;
  const place = `Give it in "context.${root}" of the test${typeof hint === 'string' ? `; in a workflow: ${hint}` : '.'}`;
  return { ...failure, details: { ...failure.details, hint: place } };
}

/** What a step with `secrets_in_output` writes is shown to nobody. */
function shown(
  { step }: Task,
  { usage, log }: Noted,
  redact: AttemptContext['redact'],
): Pick<Outcome, 'usage' | 'log'> {
  return {
    ...(usage === undefined ? {} : { usage: redacted(usage, redact) }),
    ...(log === undefined || step.secretsInOutput ? {} : { log: redacted([...log], redact) }),
  };
}
