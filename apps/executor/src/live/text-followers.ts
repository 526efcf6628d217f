import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ExecutionFollowed, FOLLOWED_FOR_MS, LIMITS, TextWritten, type WrittenText } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { z } from 'zod';
import type { Clock } from '../clock.js';
import { CLOCK } from '../executions/execution-tokens.js';

/** Followers that one executor keeps; further ones are announced again in some seconds, and may find room then. */
const MOST_FOLLOWERS = 10_000;
const SWEEP_MS = 1_000;

interface Follower {
  readonly organisationId: string;
  /** Milliseconds since the epoch. */
  until: number;
}

/** Who follows which execution now, as gateways announce it: of one that stops nothing is left. */
@Injectable()
export class TextFollowers implements OnModuleInit, OnModuleDestroy {
  readonly #byExecution = new Map<string, Map<string, Follower>>();
  #count = 0;
  #sweptAt = 0;
  #end: (() => void) | undefined;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'hear' | 'tell'>,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'now'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#end = await this.bus.hear(ExecutionFollowed, {
      patient: true,
      heard: (_, open) =>
        void open()
          .then((told) => this.#told(told))
          .catch((error: unknown) => this.logger.warn({ err: error }, 'Who follows an execution could not be read')),
    });
  }

  onModuleDestroy(): void {
    this.#end?.();
  }

  /** Those of the organisation whose execution it is. */
  of(organisationId: string, executionId: string): string[] {
    if (!this.#byExecution.has(executionId)) return [];
    this.#forgetEnded(executionId);
    const known = this.#byExecution.get(executionId) ?? [];
    return [...known].flatMap(([id, follower]) => (follower.organisationId === organisationId ? [id] : []));
  }

  /** Sends it to each of them. Nothing depends on its arrival. */
  async tell(followers: readonly string[], text: Omit<WrittenText, 'follower_id'>): Promise<void> {
    await Promise.allSettled(followers.map((follower_id) => this.bus.tell(TextWritten, { follower_id, ...text })));
  }

  #told(told: z.output<typeof ExecutionFollowed.schema>): void {
    const { execution_id: executionId, follower_id: id, organisation_id: organisationId, ended = false } = told;
    const until = this.clock.now() + FOLLOWED_FOR_MS;
    const known = this.#byExecution.get(executionId)?.get(id);
    if (ended) this.#forget(executionId, id);
    else if (known !== undefined) known.until = until;
    else if (this.#hasRoom(executionId)) {
      const followers = this.#byExecution.get(executionId) ?? new Map<string, Follower>();
      this.#byExecution.set(executionId, followers.set(id, { organisationId, until }));
      this.#count++;
    }
  }

  /** For one more; those whose time is over are looked for when there is none, once in a second. */
  #hasRoom(executionId: string): boolean {
    const hasRoom = (): boolean =>
      this.#count < MOST_FOLLOWERS && (this.#byExecution.get(executionId)?.size ?? 0) < LIMITS.liveTextFollowers;
    if (hasRoom()) return true;
    const now = this.clock.now();
    if (now - this.#sweptAt < SWEEP_MS) return false;
    this.#sweptAt = now;
    for (const each of [...this.#byExecution.keys()]) this.#forgetEnded(each);
    return hasRoom();
  }

  #forgetEnded(executionId: string): void {
    const now = this.clock.now();
    for (const [id, { until }] of this.#byExecution.get(executionId) ?? [])
      if (until <= now) this.#forget(executionId, id);
  }

  #forget(executionId: string, id: string): void {
    const followers = this.#byExecution.get(executionId);
    if (followers?.delete(id) !== true) return;
    if (followers.size === 0) this.#byExecution.delete(executionId);
    this.#count--;
  }
}
