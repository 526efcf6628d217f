import { getHeapStatistics } from 'node:v8';
import { LIMITS, type ExecutionEvent, type Failure, type RunRequest } from '@millrace/contracts';
import { tracing } from '@millrace/messaging';
import type { Logger } from '@millrace/service-kit/logging';
import { OwnerLines } from '@millrace/service-kit/owner-lines';
import type { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { Clock } from '../clock.js';
import { ReplayMismatchError } from '../engine/replay.js';
import type { RunSecrets } from '../secrets/run-secrets.js';
import { StepFailure } from '../steps/step-failure.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { handlesFailure, isAwaited, type ChildStarts } from './child-executions.js';
import { ExecutionRun } from './execution-run.js';
import { idsOf } from './ids-of.js';
import type { JournalSubject } from './journal-subject.js';
import { LargeAppends } from './large-appends.js';
import { MemoryLedger } from './memory-ledger.js';
import type { NameHints } from './name-hints.js';
import { metrics } from './metrics.js';
import type { ReadsOfRuns } from './reads-of-runs.js';
import type { RunContext } from './run-context.js';
import type { RunEnds } from './run-ends.js';
import { RunningExecutions } from './running-executions.js';
import { scopeOf } from './scope-of.js';
import type { Started } from './started-event.js';
import type { WakeTimers } from './wake-timers.js';

/** An execution that this process owns, and what it begins with. */
export interface OwnedExecution {
  readonly request: RunRequest;
  readonly journal: JournalSubject;
  readonly program: WorkflowProgram;
  readonly started: Started;
  readonly clock: Clock;
  /** Executions that its steps wait for, of whose end nothing is recorded: they are cancelled with it, should it fail outside of its run. */
  readonly children: readonly string[];
}

/** What driving executions takes. */
export interface RunDriverParts {
  readonly logger: Logger;
  readonly quota: Pick<StorageQuota, 'chargeRunning'>;
  readonly reads: ReadsOfRuns;
  readonly ends: RunEnds;
  readonly children: ChildStarts;
  readonly files: RunContext['files'];
  readonly timers: WakeTimers;
}

/** Runs executions that this process owns until they have ended or can only wait. */
export class RunDriver {
  readonly #running = new RunningExecutions();
  readonly #large = new LargeAppends();
  readonly #lines = new OwnerLines();
  readonly #memory = new MemoryLedger(Math.floor(getHeapStatistics().heap_size_limit * LIMITS.executorHeapShare));

  constructor(private readonly parts: RunDriverParts) {}

  /** `begin` starts or resumes the run; `signal` interrupts it. */
  async drive(
    owned: OwnedExecution,
    signal: AbortSignal,
    begin: (run: ExecutionRun) => Promise<ExecutionEvent>,
  ): Promise<void> {
    const { logger, reads, ends, timers } = this.parts;
    const { request, journal, program, children } = owned;
    const secrets = await reads.secrets.of(request, program);
    if ('code' in secrets) return ends.fail(request, journal, secrets, children);
    const { organisation_id: organisationId } = request;
    const names = await reads.names.of({ organisationId, program, frozen: owned.started, secrets: secrets.values });
    const run = new ExecutionRun(this.#contextOf(owned, secrets, names));
    const forget = this.#running.add(run, signal);
    const unwatch = reads.news.watch(request.execution_id, async () => run.heed(await journal.news()));
    let last: ExecutionEvent;
    try {
      last = await begin(run);
    } catch (error) {
      // What the items of a loop were read from is gone.
      if (error instanceof StepFailure) return await ends.fail(request, journal, failureOf(error), children);
      if (!(error instanceof ReplayMismatchError)) throw error;
      logger.error({ ...idsOf(request), err: error }, 'The journal does not fit the workflow version');
      return await ends.fail(request, journal, { code: 'INTERNAL_ERROR', message: error.message }, children);
    } finally {
      forget();
      unwatch();
    }
    tracing()?.current?.note({ 'millrace.ended_as': last.type });
    if (last.type !== 'suspended') return metrics.executionEnded(last.type);
    metrics.suspended();
    await timers.arm(request, last.until);
  }

  #contextOf(
    { request, journal, program, started, clock }: OwnedExecution,
    secrets: RunSecrets,
    names: NameHints | undefined,
  ): RunContext {
    const { logger, quota, children, files, reads, timers } = this.parts;
    const { trigger } = request;
    const { organisation_id: organisationId, execution_id: executionId } = request;
    return {
      organisationId,
      executionId,
      workflowId: request.workflow_id,
      label: started.label,
      startedAt: started.at,
      seed: started.seed,
      memory: this.#memory,
      chargeStored: (bytes) => quota.chargeRunning(organisationId, bytes),
      program,
      files,
      masks: secrets.masks,
      redact: secrets.redact,
      sealing: secrets.sealing,
      scope: scopeOf(request, started, program, secrets.values),
      ...(names === undefined ? {} : { names }),
      append: (events, bytes, heeding) => this.#large.run(organisationId, bytes, () => journal.append(events, heeding)),
      children: children.of(request),
      texts: reads.texts,
      wakeSuspended: timers.waker(request),
      isAwaited: isAwaited(request),
      startsOnFailure: program.plan.onFailureWorkflow !== null && !handlesFailure(trigger),
      clock,
      random: Math.random,
      metrics,
      span: tracing()?.current,
      onDefect: (fields, message) => {
        const line = this.#lines.take(organisationId, message);
        if (line !== null) logger.error({ ...idsOf(request), ...line, ...fields }, message);
      },
    };
  }
}

function failureOf({ code, message, details }: StepFailure): Failure {
  return { code, message, details };
}
