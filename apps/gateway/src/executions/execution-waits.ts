import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import {
  AppError,
  ExecutionAnswered,
  ExecutionFinished,
  executionOfAnswer,
  finishedMessageId,
  GetExecution,
  type AnsweredExecution,
  type ExecutionStatus,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ExecutionWait, type Wanted } from './execution-wait.js';
import { recordedResponse } from './recorded-response.js';

/** Between two looks for the same end, while history does not respond: doubled each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** How many starts may wait at once. */
export interface WaitRoom {
  readonly all: number;
  readonly perOrganisation: number;
}

/** Injection token of the {@link WaitRoom} of this process. */
export const WAIT_ROOM = Symbol('gateway:wait-room');

/**
 * The starts that wait for the end of their executions. One subscription receives all ends, so that a wait costs no questions: a start waits
 * before its execution is published. Only what may have ended unheard is looked for: at a repetition, and when NATS was away.
 */
@Injectable()
export class ExecutionWaits implements OnModuleInit, OnModuleDestroy {
  readonly #waits = new Set<ExecutionWait>();
  /** By the id of the message that announces the end. */
  readonly #expecting = new Map<string, Set<ExecutionWait>>();
  /** What was sent of these is being read, by the same id. */
  readonly #opening = new Map<string, Promise<void>>();
  readonly #byOrganisation = new Map<string, number>();
  #isStopping = false;
  #stopListening: readonly (() => void)[] = [];

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'hear' | 'listen' | 'request'>,
    @Inject(WAIT_ROOM) private readonly room: WaitRoom,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#stopListening = await Promise.all([
      this.bus.hear(ExecutionAnswered, { patient: true, heard: (subject, open) => this.#answered(subject, open) }),
      // Also of executions that older executors run, and those that were lost.
      this.bus.listen(ExecutionFinished, {
        heard: (messageId) => this.#finished(messageId),
        missed: () => void this.look([...this.#waits]),
      }),
    ]);
  }

  /** Before the server is closed, which waits for open requests. */
  onModuleDestroy(): void {
    this.#isStopping = true;
    this.#stopListening.forEach((stop) => stop());
    for (const wait of this.#waits) wait.end('cut');
  }

  /** A wait, to be given back by {@link close}; null when there is no room for another one of the organisation. */
  open(organisationId: string, wanted: Wanted = 'end'): ExecutionWait | null {
    const own = this.#byOrganisation.get(organisationId) ?? 0;
    if (this.#isStopping || own >= this.room.perOrganisation || this.#waits.size >= this.room.all) return null;
    const wait = new ExecutionWait(organisationId, wanted);
    this.#waits.add(wait);
    this.#byOrganisation.set(organisationId, own + 1);
    return wait;
  }

  /** Names the execution, which may be another one than was chosen at first; from now on its end ends the wait. */
  expect(wait: ExecutionWait, executionId: string): void {
    this.#forget(wait);
    wait.executionId = executionId;
    const messageId = finishedMessageId(executionId);
    const waits = this.#expecting.get(messageId) ?? new Set();
    this.#expecting.set(messageId, waits.add(wait));
  }

  close(wait: ExecutionWait): void {
    if (!this.#waits.delete(wait)) return;
    const own = (this.#byOrganisation.get(wait.organisationId) ?? 0) - 1;
    if (own > 0) this.#byOrganisation.set(wait.organisationId, own);
    else this.#byOrganisation.delete(wait.organisationId);
    this.#forget(wait);
  }

  #forget(wait: ExecutionWait): void {
    if (wait.executionId === undefined) return;
    const messageId = finishedMessageId(wait.executionId);
    const waits = this.#expecting.get(messageId);
    waits?.delete(wait);
    if (waits?.size === 0) this.#expecting.delete(messageId);
  }

  /**
   * Ends the waits whose executions have ended already. History may be away, as it is for a moment when NATS was: then it is asked again, as long as
   * somebody waits. One after the other, as they may be many and history has others to serve. Never rejects.
   */
  async look(waits: readonly ExecutionWait[]): Promise<void> {
    let left = waits;
    for (let pause = FIRST_PAUSE_MS; left.length > 0; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const unknown: ExecutionWait[] = [];
      for (const wait of left) if (this.#waits.has(wait) && !(await this.#isKnown(wait))) unknown.push(wait);
      left = unknown;
      if (left.length > 0) await sleep(pause);
    }
  }

  /** Ends the wait if its execution has ended; false when that is not known. */
  async #isKnown(wait: ExecutionWait): Promise<boolean> {
    const { organisationId, executionId, wanted } = wait;
    if (executionId === undefined) return true;
    const question = { organisation_id: organisationId, execution_id: executionId };
    try {
      const execution = await this.bus.request(
        GetExecution,
        wanted === 'end' ? { ...question, steps: 'none' } : question,
      );
      const response = wanted === 'end' ? null : await recordedResponse(this.bus, organisationId, execution);
      if (response !== null) wait.respond(response);
      else if (hasEnded(execution.status)) this.#finished(finishedMessageId(executionId));
      return true;
    } catch (error) {
      this.logger.debug(
        { err: error, executionId },
        'Whether an execution has ended for which a start waits is not known',
      );
      return !(error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE');
    }
  }

  /** Opened only when somebody waits for it: each gateway gets all. A large response must not be overtaken by the end. */
  #answered(subject: string, open: () => Promise<AnsweredExecution>): void {
    const messageId = finishedMessageId(executionOfAnswer(subject));
    if (!this.#expecting.has(messageId)) return;
    const [before, opened] = [this.#opening.get(messageId), open()];
    const turn = Promise.allSettled([before, opened]).then(([, result]) => {
      if (this.#opening.get(messageId) === turn) this.#opening.delete(messageId);
      if (result.status === 'fulfilled') return this.#tell(messageId, result.value);
      this.logger.warn({ err: result.reason as unknown, subject }, 'What an execution responds could not be opened');
    });
    this.#opening.set(messageId, turn);
  }

  #tell(messageId: string, { organisation_id, response, ended }: AnsweredExecution): void {
    for (const wait of this.#expecting.get(messageId) ?? []) {
      if (wait.organisationId !== organisation_id) continue;
      if (wait.wanted === 'response' && response !== undefined) wait.respond(response);
      else if (ended === true) wait.end('finished');
    }
  }

  #finished(messageId: string): void {
    this.#expecting.get(messageId)?.forEach((wait) => wait.end('finished'));
  }
}

/** Whether nothing more will happen to an execution. */
export function hasEnded(status: ExecutionStatus): boolean {
  return status !== 'running' && status !== 'waiting';
}
