import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from './logging.js';

const RETRY_MS = 1_000;

/** A piece of upkeep that is done again and again. */
export interface UpkeepTask {
  /** For the log, as in "Folding counts". */
  readonly name: string;
  /** From the end of one run to the beginning of the next; milliseconds. */
  readonly everyMs: number;
  /** From the end of the preparation to the first run; as long as `everyMs` by default. */
  readonly firstAfterMs?: number;
  /** Stops early when `stopping` is aborted. */
  run(stopping: AbortSignal): Promise<void>;
}

/** What a service does without being asked. */
export interface UpkeepPlan {
  /** What has to be in place before the tasks begin; attempted each second until it succeeds. */
  readonly prepare: { readonly name: string; run(stopping: AbortSignal): Promise<void> };
  readonly tasks: readonly UpkeepTask[];
}

/**
 * Does what a service does without being asked: prepares, then runs its tasks, one after the other, each when it is due. A
 * failure never ends the process, and each outage of a task is logged once. It begins with the service and, when that
 * stops, ends before connections are closed. To be extended by the service's own class, which has the plan.
 */
export abstract class UpkeepLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  readonly #failing = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #prepared = false;

  constructor(protected readonly logger: Pick<Logger, 'info' | 'warn'>) {}

  protected abstract plan(): UpkeepPlan;

  /** Whether the preparation has succeeded. */
  get prepared(): boolean {
    return this.#prepared;
  }

  onApplicationBootstrap(): void {
    this.#running = this.#run(this.plan());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run({ prepare, tasks }: UpkeepPlan): Promise<void> {
    while (!(this.#prepared = await this.#attempt(prepare))) if (!(await this.#pause(RETRY_MS))) return;
    const due = new Map(tasks.map((task) => [task, performance.now() + (task.firstAfterMs ?? task.everyMs)]));
    while (tasks.length > 0 && (await this.#pause(Math.min(...due.values()) - performance.now()))) {
      for (const [task, at] of due) {
        if (this.#stopping.signal.aborted) return;
        if (at > performance.now()) continue;
        await this.#attempt(task);
        due.set(task, performance.now() + task.everyMs);
      }
    }
  }

  async #attempt(task: Pick<UpkeepTask, 'name' | 'run'>): Promise<boolean> {
    const { name } = task;
    try {
      await task.run(this.#stopping.signal);
      if (this.#failing.delete(name)) this.logger.info(`${name} works again`);
      return true;
    } catch (error) {
      const isNew = !this.#failing.has(name) && !this.#stopping.signal.aborted;
      if (isNew) this.logger.warn({ err: error }, `${name} has to wait`);
      this.#failing.add(name);
      return false;
    }
  }

  /** Returns false when the service is stopping. */
  async #pause(milliseconds: number): Promise<boolean> {
    const { signal } = this.#stopping;
    await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }
}
