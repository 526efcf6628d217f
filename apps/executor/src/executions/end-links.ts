import { setImmediate as turn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  derivedId,
  isEnd,
  JournalEntry,
  LIMITS,
  type EndEvent,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import type { Logger } from '@millrace/service-kit/logging';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota, type StartQuota } from '@millrace/service-kit/storage-quota';
import { isoTime, type Clock } from '../clock.js';
import { ConcurrencySlots } from '../concurrency/concurrency-slots.js';
import { groupIn } from '../concurrency/slot-gate.js';
import { cancelChild, handlesFailure } from './child-executions.js';
import { CLOCK } from './execution-tokens.js';
import { idsOf } from './ids-of.js';
import type { VersionPrograms } from './version-programs.js';

type Ended = Pick<RunRequest, 'organisation_id' | 'execution_id' | 'workflow_id' | 'version' | 'trigger'>;
type Failed = Extract<EndEvent, { type: 'failed' }>;
type Started = Extract<ExecutionEvent, { type: 'started' }>;

/**
 * Lets other executions know of the end of one: the step that waits for it, those that it waited for, and the workflow that its own names for failures.
 * Called when the end is in the journal, before the message is acknowledged, whoever wrote that end: so a crash costs nobody the news. Telling twice is
 * telling once.
 */
@Injectable()
export class EndLinks {
  readonly #asides: JournalAsides;
  readonly #slots: ConcurrencySlots;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(StorageQuota) private readonly quota: StartQuota,
  ) {
    this.#asides = new JournalAsides(bus, logger);
    this.#slots = new ConcurrencySlots(bus, this.#asides);
  }

  /** Resolves when all of it is durable. Throws SERVICE_UNAVAILABLE, STORAGE_FULL: then it is to be done again. */
  async tell(ended: Ended, end: EndEvent, programs: Pick<VersionPrograms, 'get'>): Promise<void> {
    const { trigger } = ended;
    await this.#releaseSlot(ended, programs);
    if (trigger.type === 'workflow' && trigger.awaited === true) await this.#tellParent(ended, trigger);
    for (const child of end.children ?? []) {
      await cancelChild(this.bus, ended.organisation_id, child);
      await turn();
    }
    if (end.type === 'failed' && end.linked === true && !handlesFailure(trigger))
      await this.#startOnFailure(ended, end, programs);
  }

  async #releaseSlot(ended: Ended, programs: Pick<VersionPrograms, 'get'>): Promise<void> {
    const request = ended as RunRequest;
    try {
      const program = await programs.get(request);
      if (program.plan.concurrency === null) return;
      const started = await this.#startOf(ended);
      // Of one whose beginning has left the journal the slot was given back before, or is found by whoever waits for one.
      const group = started && groupIn({ request, program, started });
      if (group === undefined || 'code' in group) return;
      await this.#slots.release(group, ended.execution_id, program.plan.concurrency.limit);
    } catch (error) {
      // A version that cannot be read has not been run either.
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
    }
  }

  async #tellParent(
    { organisation_id, execution_id }: Ended,
    parent: { readonly execution_id: string; readonly step_path: string },
  ): Promise<void> {
    const address = { organisation_id, execution_id: parent.execution_id };
    try {
      await this.#asides.write(address, (latest) => {
        // It waits for nothing any more.
        if (latest === null || latest.payload.events.some(isEnd)) return Promise.resolve('done');
        const at = isoTime(this.clock.now());
        const told: ExecutionEvent = { type: 'child_ended', at, path: parent.step_path, execution_id };
        return Promise.resolve({ events: [told], wakes: true });
      });
    } catch (error) {
      // Its journal has aged out.
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
    }
  }

  async #startOnFailure(ended: Ended, end: Failed, programs: Pick<VersionPrograms, 'get'>): Promise<void> {
    const { organisation_id, execution_id, workflow_id } = ended;
    try {
      const { plan, name } = await programs.get(ended as RunRequest);
      if (plan.onFailureWorkflow === null) return;
      const input = inputOf(ended, end, { name, started: await this.#startOf(ended) });
      await startExecution(this.bus, this.quota, {
        trigger: { type: 'failure', execution_id, workflow_id },
        workflow: { organisation_id, workflow_id: plan.onFailureWorkflow },
        id: derivedId('execution', Date.parse(end.at), [organisation_id, 'failure', execution_id]),
        input: () => input,
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
      this.logger.warn(
        { ...idsOf(ended as RunRequest), code: error.code },
        'The workflow that is named for failures could not be started',
      );
    }
  }

  async #startOf({ organisation_id, execution_id }: Ended): Promise<Started | undefined> {
    for await (const { payload } of this.bus.eachOnSubject(JournalEntry, { organisation_id, execution_id }))
      return payload.events.find((event) => event.type === 'started');
    return undefined;
  }
}

/** What a workflow for failures is told. */
function inputOf(
  { execution_id, workflow_id, version, trigger }: Ended,
  { at, error, path }: Failed,
  { name, started }: { readonly name: string; readonly started: Started | undefined },
): object {
  const { input = null } = started ?? {};
  const isTold = started !== undefined && Buffer.byteLength(stringifyJson(input)) <= LIMITS.failureInputBytes;
  return {
    execution_id,
    workflow_id,
    workflow_name: name,
    workflow_version: version,
    trigger_type: trigger.type,
    started_at: started?.accepted_at ?? null,
    failed_at: at,
    error,
    failed_path: path ?? null,
    ...(isTold ? { input } : {}),
  };
}
