import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import {
  ActiveSnapshot,
  ExecutionFinished,
  ListSchedules,
  newId,
  RunRequested,
  ScheduleSnapshot,
  type RunRequest,
  type ScheduleResource,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { connectBus, type NatsBus } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { startNats, startRedis, waitUntil } from '@millrace/testing';
import { configSchema } from '../src/config.js';
import { Scheduler } from '../src/engine/scheduler.js';
import { schedulerService } from '../src/service.js';
import { startHistory } from './history.fixture.js';

/** A schedule that is published, as `definitions` does it. */
export interface Published {
  readonly organisation_id: string;
  readonly workflow_id: string;
}

/** What a published schedule may say. */
export interface ScheduleOptions {
  readonly active?: boolean;
  readonly paused?: boolean;
  readonly since?: number;
}

/** The servers, and what the other services do. */
export class Fixture {
  /** Of the scheduler, and history. */
  readonly #replicas = new Set<INestMicroservice>();
  /** Added to the clock of all replicas. Milliseconds. */
  clockShift = 0;
  /** Ids of the executions that history knows. */
  readonly executions = new Set<string>();
  /** Whether these still go on. */
  goingOn = false;
  readonly cancelled: string[] = [];
  readonly asked: string[] = [];

  private constructor(
    readonly nats: Awaited<ReturnType<typeof startNats>>,
    readonly redis: Awaited<ReturnType<typeof startRedis>>,
    readonly bus: NatsBus,
  ) {}

  static async open(): Promise<Fixture> {
    const [nats, redis] = await Promise.all([startNats(), startRedis()]);
    const fixture = new Fixture(nats, redis, await connectBus({ url: nats.url, name: 'test', logger: silentLogger() }));
    fixture.#replicas.add(await startHistory(configSchema.parse(fixture.environment), fixture));
    return fixture;
  }

  get environment(): Record<string, string> {
    return {
      MILLRACE_NATS_URL: this.nats.url,
      MILLRACE_REDIS_URL: this.redis.url,
      MILLRACE_HEALTH_PORT: '9',
      MILLRACE_LOG_LEVEL: 'fatal',
    };
  }

  now(): number {
    return Date.now() + this.clockShift;
  }

  /** A replica in this process that knows all schedules. `prepare` is called before it reads any. */
  async start(prepare?: (app: INestMicroservice) => void): Promise<INestMicroservice> {
    const service = schedulerService(configSchema.parse(this.environment), () => this.now());
    const app = await createService(service, { logger: silentLogger(), messaging: { validateOutgoing: true } });
    prepare?.(app);
    await app.listen();
    this.#replicas.add(app);
    await waitUntil('all schedules to be known', () => app.get(Scheduler).check().up);
    return app;
  }

  /** All executions that were started end, and history announces that. */
  async endAll(): Promise<void> {
    this.goingOn = false;
    for (const { execution_id, organisation_id, workflow_id } of await this.starts())
      await this.announceEnd({ execution_id, organisation_id, workflow_id });
  }

  /** Announces the end of an execution, as history does it. */
  async announceEnd(execution: Published & { readonly execution_id: string }): Promise<void> {
    const at = new Date().toISOString();
    const times = { started_at: at, completed_at: at, duration_ms: 0 };
    await this.bus.publish(ExecutionFinished, { ...execution, ...times, version: 1, status: 'completed' });
  }

  async stop(app: INestMicroservice): Promise<void> {
    this.#replicas.delete(app);
    await app.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#replicas].map((app) => app.close()));
    await this.bus.close();
    await Promise.all([this.nats.stop(), this.redis.stop()]);
  }

  /** Publishes a workflow with one schedule for each config, and returns it. */
  async publish(
    configs: readonly object[],
    { active = true, paused = false, since = this.now() }: ScheduleOptions = {},
    workflow: Published = { organisation_id: newId('organisation'), workflow_id: newId('workflow') },
  ): Promise<Published> {
    const status = active ? 'active' : 'paused';
    await this.bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, version: 1, status });
    await this.bus.snapshots.put(ScheduleSnapshot, workflow, {
      ...workflow,
      active,
      schedules: configs.map((config) => ({
        config: stringifyJson(config),
        paused,
        since: new Date(since).toISOString(),
      })),
    });
    return workflow;
  }

  /** The first schedule of a workflow, as users see it. */
  async scheduleOf({ organisation_id, workflow_id }: Published): Promise<ScheduleResource> {
    const question = { organisation_id, workflow_id, limit: 20 };
    const { schedules } = await this.bus.request(ListSchedules, question);
    const [schedule] = schedules;
    if (schedule === undefined) throw new Error('The workflow has no schedule');
    return schedule;
  }

  /** Waits until a schedule has dealt with all that was due. */
  async settled(workflow: Published): Promise<void> {
    await waitUntil('the schedule to be up to date', async () => {
      const { next_run_at, last_run } = await this.scheduleOf(workflow);
      return next_run_at !== null && Date.parse(next_run_at) > this.now() && last_run?.outcome !== 'starting';
    });
  }

  /** Everything that was ever started: nobody takes it. */
  async starts(workflow?: Published): Promise<RunRequest[]> {
    const found: RunRequest[] = [];
    for (let sequence = 1; ;) {
      const page = await this.bus.readFrom(RunRequested, sequence, 500);
      const last = page.at(-1);
      if (last === undefined) break;
      found.push(...page.map(({ payload }) => payload));
      sequence = last.sequence + 1;
    }
    return workflow === undefined ? found : found.filter(({ workflow_id }) => workflow_id === workflow.workflow_id);
  }

  /** The nominal times at which a workflow was started, in order; one that was started twice is in it twice. */
  async nominalTimes(workflow: Published): Promise<number[]> {
    return nominalTimesOf(await this.starts(workflow));
  }
}

/** The nominal times of starts, in order. */
export function nominalTimesOf(starts: readonly RunRequest[]): number[] {
  return starts
    .map(({ trigger }) => Date.parse((trigger as { scheduled_at: string }).scheduled_at))
    .sort((a, b) => a - b);
}

/** The times from the first to the last one at a distance: what there is when none is lost and none comes twice. */
export function unbroken(times: readonly number[], everyMs: number): number[] {
  const first = times[0] ?? 0;
  const length = Math.round(((times.at(-1) ?? first) - first) / everyMs) + 1;
  return Array.from({ length }, (_, n) => first + n * everyMs);
}
