import { setImmediate as turn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  derivedId,
  isEnd,
  isTest,
  JournalEntry,
  LIMITS,
  type EndEvent,
  type ExecutionEvent,
  type RunRequest,
  type SlotGroup,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { BUS, isUnreadable, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import type { Logger } from '@millrace/service-kit/logging';
import { OwnerLines } from '@millrace/service-kit/owner-lines';
import { readRecordedState, unlessYoung, type ExecutionPlace } from '@millrace/service-kit/recorded-state';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota, type StartQuota } from '@millrace/service-kit/storage-quota';
import { isoTime, pause, type Clock } from '../clock.js';
import { ConcurrencySlots } from '../concurrency/concurrency-slots.js';
import { groupIn } from '../concurrency/slot-gate.js';
import { cancelChild, handlesFailure } from './child-executions.js';
import { CLOCK } from './execution-tokens.js';
import { idsOf } from './ids-of.js';
import type { VersionPrograms } from './version-programs.js';

/** What was read may be a copy of the journal that is late. */
const LOOKS_FOR_START = 20;
const LOOK_INTERVAL_MS = 50;

type Ended = Pick<RunRequest, 'organisation_id' | 'execution_id' | 'workflow_id' | 'version' | 'trigger'>;
type Failed = Extract<EndEvent, { type: 'failed' }>;
type Started = Extract<ExecutionEvent, { type: 'started' }>;

/**
 * Lets other executions know of the end of one: the step that waits for it, those that it waited for, and the workflow that its own names for failures.
 * Called when the end is in the journal, before the message is acknowledged, whoever wrote that end: so a crash costs nobody the news. Sending twice is
 * sending once.
 */
@Injectable()
export class EndLinks {
  readonly #asides: JournalAsides;
  readonly #slots: ConcurrencySlots;
  readonly #lines = new OwnerLines();

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
    if (end.type === 'failed' && end.linked === true && !handlesFailure(trigger) && !isTest(trigger))
      await this.#startOnFailure(ended, end, programs);
  }

  /** Whether an execution of a workflow with `settings.concurrency` has a slot. */
  async hasSlot(request: Ended, programs: Pick<VersionPrograms, 'get'>): Promise<boolean> {
    const place = await this.#slotOf(request, programs);
    return place !== null && (await this.#slots.has(place.group, request.execution_id));
  }

  async #releaseSlot(ended: Ended, programs: Pick<VersionPrograms, 'get'>): Promise<void> {
    const place = await this.#slotOf(ended, programs);
    if (place !== null) await this.#slots.release(place.group, ended.execution_id, place.limit);
  }

  /** Null where there are no slots, or where what they depend on cannot be read any more: then whoever waits finds out. */
  async #slotOf(
    of: Ended,
    programs: Pick<VersionPrograms, 'get'>,
  ): Promise<{ readonly group: SlotGroup; readonly limit: number } | null> {
    if (isTest(of.trigger)) return null;
    const request = of as RunRequest;
    try {
      const program = await programs.get(request);
      if (program.plan.concurrency === null) return null;
      const started = await this.#startOf(of);
      const group = started && groupIn({ request, program, started });
      return group === undefined || 'code' in group ? null : { group, limit: program.plan.concurrency.limit };
    } catch (error) {
      if (isUnreadable(error) || (error instanceof AppError && !error.entry.retryable)) return null;
      throw error;
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
      const { plan, name } = await programs.get(ended);
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
      const line = this.#lines.take(organisation_id, 'failure workflow');
      if (line !== null)
        this.logger.warn(
          { ...idsOf(ended as RunRequest), ...line, code: error.code },
          'The workflow that is named for failures could not be started',
        );
    }
  }

  /** From the record, where the journal has dropped it. */
  async #startOf({ organisation_id, execution_id }: Ended): Promise<Started | undefined> {
    for (let look = 1; look <= LOOKS_FOR_START; look++) {
      for await (const { payload } of this.bus.eachOnSubject(JournalEntry, { organisation_id, execution_id }))
        return startedIn(payload.events) ?? (await this.#recordedStart({ organisation_id, execution_id }));
      // It has an end: the copy that was read is late.
      await pause(this.clock, LOOK_INTERVAL_MS);
    }
    return this.#recordedStart({ organisation_id, execution_id });
  }

  async #recordedStart(of: ExecutionPlace): Promise<Started | undefined> {
    const state = await unlessYoung(of, () => readRecordedState(this.bus, of));
    return state?.started && startedIn([state.started]);
  }
}

function startedIn(events: readonly ExecutionEvent[]): Started | undefined {
  return events.find((event) => event.type === 'started');
}

/** What a workflow for failures gets. */
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
