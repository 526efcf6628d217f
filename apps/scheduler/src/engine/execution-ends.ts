import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ExecutionFinished, finishedMessageId } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { ScheduleEntry } from './schedule-entry.js';

/** The longest pause between two questions about an execution that is waited for: an end may have been announced to nobody. Milliseconds. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Which schedules wait for the end of an execution. History announces ends, so that a wait costs no questions; it is asked at the beginning, and then less and less often, in case
 * an announcement is lost. One subscription receives the ends of all executions.
 */
@Injectable()
export class ExecutionEnds implements OnModuleInit, OnModuleDestroy {
  /** By the id of the message that announces the end. */
  readonly #waiting = new Map<string, ScheduleEntry>();
  #stopListening: (() => void) | undefined;
  #onEnd: (entry: ScheduleEntry) => void = () => undefined;

  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'listen'>) {}

  async onModuleInit(): Promise<void> {
    this.#stopListening = await this.bus.listen(ExecutionFinished, {
      heard: (messageId) => {
        const entry = this.#waiting.get(messageId);
        if (entry !== undefined) this.#mayHaveEnded(entry);
      },
      missed: () => {
        for (const entry of this.#waiting.values()) this.#mayHaveEnded(entry);
      },
    });
  }

  onModuleDestroy(): void {
    this.#stopListening?.();
  }

  /** Calls `onEnd` with each schedule whose execution may have ended: it is to be asked about. */
  watch(onEnd: (entry: ScheduleEntry) => void): void {
    this.#onEnd = onEnd;
  }

  /**
   * Whether history is to be asked now whether an execution has ended, since the schedule waits for that. The next pause is counted from here on, twice
   * as long each time, beginning with `firstPauseMs`. An end that is announced while history is asked is asked about once more.
   */
  isToBeAsked(entry: ScheduleEntry, executionId: string, firstPauseMs: number, now: number): boolean {
    // It is no longer what it was, and nobody forgets it any more.
    if (entry.gone) return true;
    if (entry.awaits?.executionId !== executionId) {
      this.forget(entry);
      entry.awaits = { executionId, askAt: now, pauseMs: firstPauseMs };
      this.#waiting.set(finishedMessageId(executionId), entry);
    }
    const { awaits } = entry;
    if (now < awaits.askAt) return false;
    awaits.askAt = now + awaits.pauseMs;
    awaits.pauseMs = Math.min(2 * awaits.pauseMs, LONGEST_PAUSE_MS);
    return true;
  }

  /** History did not respond: it is asked again as soon as the schedule is looked at. */
  askAgain({ awaits }: ScheduleEntry): void {
    if (awaits !== undefined) awaits.askAt = -Infinity;
  }

  /** The schedule waits for nothing any more. */
  forget(entry: ScheduleEntry): void {
    if (entry.awaits === undefined) return;
    const messageId = finishedMessageId(entry.awaits.executionId);
    // Another entry of the same schedule may have taken its place.
    if (this.#waiting.get(messageId) === entry) this.#waiting.delete(messageId);
    entry.awaits = undefined;
  }

  #mayHaveEnded(entry: ScheduleEntry): void {
    this.askAgain(entry);
    this.#onEnd(entry);
  }
}
