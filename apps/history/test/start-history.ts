import type { INestMicroservice } from '@nestjs/common';
import { EXECUTION_ENDS, JournalEntry, newId, type ExecutionEvent, type JournalBatch } from '@millrace/contracts';
import { BUS, type Bus, type Received } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { uniqueName } from '@millrace/testing';
import { configSchema } from '../src/config.js';
import { historyService } from '../src/service.js';

/** The service inside this process, with the connections it uses. */
export interface History {
  readonly app: INestMicroservice;
  readonly bus: Bus;
  readonly database: Database['connection'];
  /** Drops the database and closes everything. */
  stop(): Promise<void>;
}

/** Makes the service; it takes messages only after `app.listen()`. */
export async function createHistory(options: {
  nats: string;
  mongo: string;
  database?: string;
  /** By default records are kept for ever, and the journal's for an hour. */
  keep?: { journalMinutes?: number; recordDays?: number };
  /** Half a minute by default. */
  ackWaitSeconds?: number;
}): Promise<History> {
  const { journalMinutes = 60, recordDays = 0 } = options.keep ?? {};
  const config = configSchema.parse({
    MILLRACE_NATS_URL: options.nats,
    MILLRACE_MONGODB_URL: options.mongo,
    MILLRACE_MONGODB_DATABASE: options.database ?? uniqueName('history'),
    MILLRACE_HEALTH_PORT: 9,
    MILLRACE_ACK_WAIT_SECONDS: options.ackWaitSeconds,
    MILLRACE_JOURNAL_KEEP_FINISHED_MINUTES: journalMinutes,
    MILLRACE_HISTORY_RETENTION_DAYS: recordDays,
  });
  const app = await createService(historyService(config), {
    logger: silentLogger(),
    messaging: { shutdown: { graceMs: 100, abortMs: 2_000 } },
  });
  const database = app.get(Database).connection;
  return {
    app,
    bus: app.get<Bus>(BUS),
    database,
    stop: async () => {
      await database.dropDatabase().catch(() => undefined);
      await app.close();
    },
  };
}

/** What one execution is about, for the builders below. */
export interface Subject {
  readonly organisationId: string;
  readonly workflowId: string;
  readonly executionId: string;
}

/** A new execution of a new workflow of a new organisation, unless given otherwise. */
export function aSubject(overrides: Partial<Subject> = {}): Subject {
  return {
    organisationId: newId('organisation'),
    workflowId: newId('workflow'),
    executionId: newId('execution'),
    ...overrides,
  };
}

/** The events of a pure execution of five steps. */
export function fiveSteps(subject: Subject, input: unknown = { qty: 12, price: 10 }): ExecutionEvent[] {
  const steps = ['one', 'two', 'three', 'four', 'five'].map((path): ExecutionEvent => ({
    type: 'step_completed',
    at: now(),
    path,
    step_type: 'transform',
    started_at: now(),
    attempt: 1,
    output: { total: 120, path },
  }));
  return [start(subject, input), ...steps, { type: 'completed', at: now(), output: { total: 120 } }];
}

/** The event an execution begins with. */
export function start(subject: Subject, input: unknown = { qty: 12 }): ExecutionEvent {
  return {
    type: 'started',
    at: now(),
    workflow_id: subject.workflowId,
    version: 1,
    accepted_at: now(),
    trigger: { type: 'api' },
    input,
  };
}

/** A side-effecting step: its intent, or its result. */
export function httpStep(
  path: string,
  type: 'step_started' | 'step_completed',
  output: unknown = { status: 200 },
): ExecutionEvent {
  const base = { at: now(), path, step_type: 'http', attempt: 1 };
  return type === 'step_started' ? { type, ...base } : { type, ...base, started_at: now(), output };
}

/** The good end of an execution. */
export function completed(output: unknown = 'done'): ExecutionEvent {
  return { type: 'completed', at: now(), output };
}

/** After these nothing follows for a time. */
const LAST: ReadonlySet<ExecutionEvent['type']> = new Set([...EXECUTION_ENDS, 'suspended']);

/** A journal entry. */
export function entry(subject: Subject, events: ExecutionEvent[]): JournalBatch {
  return {
    entry_id: newId('execution'),
    execution_id: subject.executionId,
    organisation_id: subject.organisationId,
    events,
  };
}

/** Appends an entry to the journal, as an executor does, and returns it as a batch handler gets it. */
export async function append(bus: Bus, subject: Subject, events: ExecutionEvent[]): Promise<Received<JournalBatch>> {
  const payload = entry(subject, events);
  const continues = !events.some(({ type }) => LAST.has(type));
  const { sequence } = await bus.publish(JournalEntry, payload, { continues });
  return { payload, sequence, subject: 'journal', deliveryCount: 1, storedAt: Date.now() };
}

interface ConsumerInfo {
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly ack_floor: { readonly stream_seq: number };
}

/** What NATS reports about history's consumer of a stream. */
export async function consumerInfo(bus: Bus, stream: string): Promise<ConsumerInfo> {
  const { connection } = bus as unknown as {
    connection: { request(subject: string): Promise<{ json(): unknown }> };
  };
  return (await connection.request(`$JS.API.CONSUMER.INFO.${stream}.history`)).json() as ConsumerInfo;
}

function now(): string {
  return new Date().toISOString();
}
