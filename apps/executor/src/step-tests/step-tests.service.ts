import { getHeapStatistics } from 'node:v8';
import { AppError, LIMITS, newId, type StepTest } from '@millrace/contracts';
import type { FileStore } from '@millrace/messaging';
import type { Problem } from '@millrace/schema';
import { newSeed } from '@millrace/service-kit/seeded-random';
import { isoTime, type Clock } from '../clock.js';
import { newFrame, type Task } from '../engine/frames.js';
import { sizeOf } from '../engine/value-size.js';
import { evaluateTask, SKIPPED } from '../executions/evaluate-task.js';
import { optionsOf } from '../executions/evaluation-options.js';
import type { FrozenValues } from '../executions/frozen-values.js';
import { MemoryLedger } from '../executions/memory-ledger.js';
import type { RunSecrets, SecretsOfRuns } from '../secrets/run-secrets.js';
import type { SomeStepHandlers } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { StepFailure } from '../steps/step-failure.js';
import { attempt, completed, failed, type Effect, type Outcome } from './test-attempt.js';
import { inputOf } from './test-input.js';
import { scopeOfTest } from './test-scope.js';
import { testedStep, type StepTestQuestion, type TestedStep } from './tested-step.js';
import { TestsAtOnce } from './tests-at-once.js';
import { closedFiles, UnkeptFiles } from './unkept-files.js';

/** What trying steps takes. */
export interface StepTestNeeds {
  readonly clock: Clock;
  readonly handlers: SomeStepHandlers;
  readonly secrets: Pick<SecretsOfRuns, 'of'>;
  readonly frozen: Pick<FrozenValues, 'of'>;
  readonly files: Pick<FileStore, 'find' | 'read'>;
}

/** A test that has begun. */
interface Begun {
  readonly question: StepTestQuestion;
  readonly program: WorkflowProgram;
  readonly secrets: RunSecrets;
  readonly task: Task;
  readonly options: ReturnType<typeof optionsOf>;
  readonly executionId: string;
}

/** Tries single steps as executions run them: the same evaluation, clients, guards and limits, and no execution. */
export class StepTests {
  readonly #atOnce = new TestsAtOnce();
  readonly #memory = new MemoryLedger(Math.floor(getHeapStatistics().heap_size_limit * LIMITS.stepTestHeapShare));
  readonly #files: FileStore;

  constructor(
    private readonly needs: StepTestNeeds,
    /** No step is tried for longer, whatever its timeout. */
    private readonly limitMs: number = LIMITS.stepTestMs,
  ) {
    this.#files = new UnkeptFiles(needs.files);
  }

  /** Throws STEP_NOT_TESTABLE, RATE_LIMIT_EXCEEDED, SECRET_UNREADABLE, SERVICE_UNAVAILABLE. */
  async run(question: StepTestQuestion): Promise<StepTest> {
    const end = this.#atOnce.begin(question.organisation_id);
    try {
      return await this.#run(question);
    } finally {
      end();
    }
  }

  async #run(question: StepTestQuestion): Promise<StepTest> {
    const { clock, handlers } = this.needs;
    const frozen = await this.needs.frozen.of(question.organisation_id, null);
    const names = { variables: Object.keys(frozen.variables ?? {}), env: Object.keys(frozen.env ?? {}) };
    const { tested, problems } = testedStep(question, names, handlers);
    if (tested === null) return invalid(problems);
    const startedAt = clock.now();
    const executionId = newId('execution');
    const program = new WorkflowProgram(tested.plan, 'Test of a step', handlers);
    const secrets = await this.#secretsOf(question, program, executionId);
    const scope = {
      ...scopeOfTest(question, frozen, { id: executionId, at: isoTime(startedAt) }),
      secrets: secrets.values,
    };
    const task = taskOf(tested, scope, isoTime(startedAt), this.limitMs);
    const seed = newSeed();
    const options = optionsOf({ program, executionId, seed }, task, startedAt);
    const begun = { question, program, secrets, task, options, executionId };
    const outcome = await this.#attempt(begun);
    const shown =
      outcome.status === 'skipped'
        ? { input: null }
        : inputOf(task, optionsOf({ program, executionId, seed }, task, startedAt), secrets.redact);
    return { ...outcome, ...shown, duration_ms: Math.max(0, clock.now() - startedAt), problems: problems.map(told) };
  }

  async #attempt(begun: Begun): Promise<Outcome> {
    const { question, program, secrets, task, options } = begun;
    const nothing = { output: null, error: null };
    let evaluated: ReturnType<typeof evaluateTask>;
    try {
      evaluated = evaluateTask({ program }, { ...task, startedAt: null }, options);
    } catch (error) {
      return failed(secrets, task, error);
    }
    const { program: body, result } = evaluated;
    if (result === SKIPPED) return { status: 'skipped', ...nothing };
    // What only computes touches nothing.
    if (body.kind === 'pure') return completed(secrets, task, result);
    if (!question.effects) return { status: 'rendered', ...nothing };
    if (body.kind !== 'effect') throw new AppError('STEP_NOT_TESTABLE', { details: { step_type: task.step.type } });
    return this.#make(begun, result as Effect);
  }

  async #make(begun: Begun, run: Effect): Promise<Outcome> {
    const { question, program, secrets, task, executionId } = begun;
    const { clock } = this.needs;
    const { masks, redact } = secrets;
    const files = question.files === false ? closedFiles() : this.#files;
    const of = { organisationId: question.organisation_id, executionId, program, clock, files };
    const held = sizeOf(question.context, Infinity).heap;
    const refusal = new AbortController();
    const share = this.#memory.open(() => refusal.abort(outOfMemory()));
    const memory = { set: (bytes: number) => share.set(held + bytes) };
    try {
      return await attempt({ ...of, masks, redact }, task, run, { memory, refusal: refusal.signal });
    } finally {
      share.close();
    }
  }

  async #secretsOf(question: StepTestQuestion, program: WorkflowProgram, executionId: string): Promise<RunSecrets> {
    const { organisation_id } = question;
    const secrets = await this.needs.secrets.of({ organisation_id, execution_id: executionId }, program);
    if (!('code' in secrets)) return secrets;
    throw new AppError('SECRET_UNREADABLE', { message: secrets.message });
  }
}

function invalid(problems: readonly Problem[]): StepTest {
  return { status: 'invalid', output: null, input: null, error: null, duration_ms: 0, problems: problems.map(told) };
}

/** Its first attempt, which has begun; no longer than a test may take. */
function taskOf({ plan, step }: TestedStep, scope: Task['scope'], startedAt: string, limitMs: number): Task {
  const timeoutMs = Math.min(step.timeoutMs ?? limitMs, limitMs);
  return {
    path: step.id,
    step: { ...step, timeoutMs },
    scope,
    frame: newFrame({ block: plan.root, scope, prefix: '', parent: null, index: 0 }),
    attempt: 1,
    firstStartedAt: startedAt,
    startedAt,
    notBefore: null,
    state: 'taken',
    waitsUntil: null,
    waitsForSignal: null,
    waitsForApproval: null,
    tools: null,
    doubt: null,
    container: null,
  };
}

function outOfMemory(): StepFailure {
  return new StepFailure(
    'EXECUTION_TOO_LARGE',
    'The executor has no memory left for the steps that are being tried, and of those this one held the most; try it with less',
  );
}

/** With an index signature, as the API's schema has one. */
function told(problem: Problem): StepTest['problems'][number] {
  return { ...problem };
}
