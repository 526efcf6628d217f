import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ExecutionFinished, finishedMessageId, GetExecution, type ExecutionStatus } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ExecutionWait } from './execution-wait.js';

/** How many starts may wait at once. */
export interface WaitRoom {
  readonly all: number;
  readonly perOrganisation: number;
}

/** Injection token of the {@link WaitRoom} of this process. */
export const WAIT_ROOM = Symbol('gateway:wait-room');

/**
 * The starts that wait for the end of their executions. One subscription tells of all ends, so that a wait costs no questions: a start waits
 * before its execution is published. Only what may have ended before is looked for, once: at a repetition, and when NATS was away.
 */
@Injectable()
export class ExecutionWaits implements OnModuleInit, OnModuleDestroy {
  readonly #waits = new Set<ExecutionWait>();
  /** By the id of the message that tells of the end. */
  readonly #expecting = new Map<string, Set<ExecutionWait>>();
  readonly #byOrganisation = new Map<string, number>();
  #isStopping = false;
  #stopListening: (() => void) | undefined;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'listen' | 'request'>,
    @Inject(WAIT_ROOM) private readonly room: WaitRoom,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#stopListening = await this.bus.listen(ExecutionFinished, {
      heard: (messageId) => this.#expecting.get(messageId)?.forEach((wait) => wait.end('finished')),
      missed: () => void this.#lookForAll(),
    });
  }

  /** Before the server is closed, which waits for open requests. */
  onModuleDestroy(): void {
    this.#isStopping = true;
    this.#stopListening?.();
    for (const wait of this.#waits) wait.end('cut');
  }

  /** A wait, to be given back by {@link close}; null when there is no room for another one of the organisation. */
  open(organisationId: string): ExecutionWait | null {
    const own = this.#byOrganisation.get(organisationId) ?? 0;
    if (this.#isStopping || own >= this.room.perOrganisation || this.#waits.size >= this.room.all) return null;
    const wait = new ExecutionWait(organisationId);
    this.#waits.add(wait);
    this.#byOrganisation.set(organisationId, own + 1);
    return wait;
  }

  /** Names the execution; from now on its end ends the wait. */
  expect(wait: ExecutionWait, executionId: string): void {
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
    if (wait.executionId === undefined) return;
    const messageId = finishedMessageId(wait.executionId);
    const waits = this.#expecting.get(messageId);
    waits?.delete(wait);
    if (waits?.size === 0) this.#expecting.delete(messageId);
  }

  /** Ends the wait if its execution has ended already. Never rejects: its end may still be heard of. */
  async look({ organisationId, executionId }: ExecutionWait): Promise<void> {
    if (executionId === undefined) return;
    const question = { organisation_id: organisationId, execution_id: executionId, steps: 'none' } as const;
    try {
      const { status } = await this.bus.request(GetExecution, question);
      if (!hasEnded(status)) return;
    } catch (error) {
      this.logger.debug({ err: error, executionId }, 'Whether an execution has ended that a start waits for is not known');
      return;
    }
    this.#expecting.get(finishedMessageId(executionId))?.forEach((wait) => wait.end('finished'));
  }

  /** One after the other: they are many, and history has others to serve. */
  async #lookForAll(): Promise<void> {
    for (const wait of [...this.#waits]) if (this.#waits.has(wait)) await this.look(wait);
  }
}

/** Whether nothing more will happen to an execution. */
export function hasEnded(status: ExecutionStatus): boolean {
  return status !== 'running' && status !== 'waiting';
}
