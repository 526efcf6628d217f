import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { INestMicroservice } from '@nestjs/common';
import {
  JournalEntry,
  newId,
  RunRequested,
  VersionSnapshot,
  type ExecutionEvent,
  type JournalBatch,
  type RunRequest,
} from '@millrace/contracts';
import { connectBus, TOPOLOGY, type NatsBus, type Topology } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger, type Logger } from '@millrace/service-kit/logging';
import { Keyring, SecretReader } from '@millrace/service-kit/sealing';
import type { SafeHttpClient } from '@millrace/service-kit/safe-http';
import { waitUntil } from '@millrace/testing';
import { systemClock, type Clock } from '../src/clock.js';
import { configSchema } from '../src/config.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { FrozenValues } from '../src/executions/frozen-values.js';
import { NamesOfRuns } from '../src/executions/name-hints.js';
import { ReadsOfRuns } from '../src/executions/reads-of-runs.js';
import { ReusedResults } from '../src/executions/reused-results.js';
import { RunNews } from '../src/executions/run-news.js';
import { SecretsOfRuns } from '../src/secrets/run-secrets.js';
import { executorService } from '../src/service.js';
import { stepHandlers } from '../src/steps/registry.js';

/** A crash is noticed after a second, so that tests need not wait for half a minute. */
export const ACK_WAIT_MS = 1_000;

/** The real streams and consumers, with a short time to acknowledge. */
export const topology: Topology = {
  ...TOPOLOGY,
  consumers: TOPOLOGY.consumers.map((consumer) => ({ ...consumer, ackWaitMs: ACK_WAIT_MS })),
};

/** Connects as a client of the executor, with the test's topology. */
export function connectClient(url: string, own: Topology = topology): Promise<NatsBus> {
  return connectBus({ url, name: 'test', logger: silentLogger(), topology: own, validateOutgoing: true });
}

/** The settings of every executor of these tests. */
function settingsOf(url: string): Record<string, string> {
  return {
    MILLRACE_NATS_URL: url,
    MILLRACE_HEALTH_PORT: '9',
    MILLRACE_EXECUTOR_CONCURRENCY: '16',
    MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
  };
}

/** An account of the installation on a server of this machine; none without one. */
function mailSettings(smtpPort: number | undefined): Record<string, string> {
  if (smtpPort === undefined) return {};
  return {
    MILLRACE_SMTP_URL: `smtp://127.0.0.1:${smtpPort}?tls=none`,
    MILLRACE_MAIL_FROM: 'Example <no-reply@example.com>',
  };
}

/** An executor inside this process; `close()` is its graceful shutdown. */
export async function startExecutor(
  url: string,
  options: {
    graceMs?: number;
    topology?: Topology;
    redisUrl?: string;
    masterKeysFile?: string;
    aiProviders?: object;
    httpRoutes?: readonly object[];
    smtpPort?: number;
    replicas?: number;
    concurrency?: number;
    logger?: Logger;
  } = {},
): Promise<INestMicroservice> {
  const config = configSchema.parse({
    ...settingsOf(url),
    MILLRACE_NATS_REPLICAS: options.replicas,
    MILLRACE_REDIS_URL: options.redisUrl,
    MILLRACE_MASTER_KEYS_FILE: options.masterKeysFile,
    ...(options.concurrency === undefined ? {} : { MILLRACE_EXECUTOR_CONCURRENCY: String(options.concurrency) }),
    MILLRACE_AI_PROVIDERS: options.aiProviders && JSON.stringify(options.aiProviders),
    MILLRACE_HTTP_ROUTES: options.httpRoutes && JSON.stringify(options.httpRoutes),
    ...mailSettings(options.smtpPort),
  });
  const app = await createService(executorService(config), {
    logger: options.logger ?? silentLogger(),
    messaging: {
      topology: options.topology ?? topology,
      // The topology says it.
      ackWaitMs: undefined,
      validateOutgoing: true,
      shutdown: { graceMs: options.graceMs ?? 5_000, abortMs: 2_000 },
    },
  });
  await app.listen();
  return app;
}

/** An executor in a process of its own, from the build, to be killed. Resolves when it takes work. */
export async function spawnExecutor(
  url: string,
  options: {
    heapMegabytes?: number;
    diesOfMemory?: boolean;
    aiProviders?: object;
    smtpPort?: number;
    settings?: Record<string, string>;
    env?: Record<string, string>;
  } & Pick<Topology, 'journalDecisionMs' | 'ownLaneTimes'> = {},
): Promise<ChildProcess> {
  const { heapMegabytes, diesOfMemory = false, aiProviders, smtpPort, settings, env, ...times } = options;
  const flags = heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`];
  const ai = aiProviders && { MILLRACE_AI_PROVIDERS: JSON.stringify(aiProviders) };
  const asked = {
    settings: { ...settingsOf(url), ...ai, ...mailSettings(smtpPort), ...settings },
    ...{ ackWaitMs: ACK_WAIT_MS, times },
  };
  const program = [join(__dirname, 'executor-process.mjs'), JSON.stringify(asked)];
  const child = spawn(process.execPath, [...flags, ...program], {
    // Jest takes V8's last words for those of its own worker, and fails the file.
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', diesOfMemory ? 'ignore' : 'inherit', 'ipc'],
  }) as ChildProcess & { stdout: Readable };
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The executor process ended with ${code} before it was ready`)));
    child.stdout.once('data', () => resolve());
  });
  child.removeAllListeners('exit');
  return child;
}

/** The most memory that an executor's process has had by now, in megabytes. It is asked itself: of another process only Linux says so. */
export async function peakMegabytes(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message') as Promise<[number]>;
  child.send('peak');
  return (await answer)[0] / 1_024;
}

/** Publishes a version of a workflow as `definitions` does. */
export async function publishWorkflow(
  bus: NatsBus,
  document: object,
  { organisation_id = newId('organisation') }: { organisation_id?: string } = {},
): Promise<Pick<RunRequest, 'organisation_id' | 'workflow_id' | 'version'>> {
  const workflow = { workflow_id: newId('workflow'), organisation_id, version: 1 };
  await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'Test', document: JSON.stringify(document) });
  return workflow;
}

/** A workflow of these steps. */
export function workflowOf(steps: object[], rest: object = {}): object {
  return { name: 'Test', trigger: { type: 'webhook', config: {} }, steps, ...rest };
}

/** A request to run a new workflow, which is not sent. */
export async function aRequest(
  bus: NatsBus,
  document: object,
  input: unknown = {},
  owner: { organisation_id?: string } = {},
): Promise<RunRequest> {
  return {
    ...(await publishWorkflow(bus, document, owner)),
    execution_id: newId('execution'),
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input,
  };
}

/** Publishes the workflow and starts an execution of it. */
export async function startExecution(bus: NatsBus, document: object, input: unknown = {}): Promise<RunRequest> {
  const request = await aRequest(bus, document, input);
  await bus.publish(RunRequested, request);
  return request;
}

/** What the queue calls, to be called with deliveries of a test's own; `history` returns what executions take over. */
export function aService(
  bus: NatsBus,
  http: SafeHttpClient,
  clock: Clock = systemClock,
  history: Pick<NatsBus, 'request'> = bus,
): ExecutionsService {
  const handlers = stepHandlers({ http: { client: http, userAgent: 'test', clock } });
  const keyring = new Keyring(undefined);
  const secrets = new SecretsOfRuns(new SecretReader(bus, keyring), keyring);
  const quota = { require: () => undefined, charge: () => undefined, chargeRunning: () => null };
  return new ExecutionsService(
    bus,
    silentLogger(),
    clock,
    handlers,
    quota,
    new ReadsOfRuns(
      secrets,
      new FrozenValues(bus, {}, quota),
      new RunNews(bus, silentLogger()),
      new ReusedResults(history, quota, secrets),
      { of: () => [], tell: () => Promise.resolve() },
      new NamesOfRuns(bus),
    ),
  );
}

/** The state of a delivery. */
export function aDelivery(deliveryCount: number, signal: AbortSignal) {
  return { deliveryCount, redelivered: deliveryCount > 1, storedAt: 0, signal };
}

/** The journal entries of an execution. */
export async function entriesOf(bus: NatsBus, request: RunRequest): Promise<JournalBatch[]> {
  const address = { organisation_id: request.organisation_id, execution_id: request.execution_id };
  return (await bus.readSubject(JournalEntry, address as JournalBatch)).map((stored) => stored.payload);
}

/** The events of an execution. */
export async function eventsOf(bus: NatsBus, request: RunRequest): Promise<ExecutionEvent[]> {
  return (await entriesOf(bus, request)).flatMap((entry) => entry.events);
}

/** Waits for the end of an execution and returns all its events. */
export async function eventsAtEnd(bus: NatsBus, request: RunRequest, timeoutMs = 90_000): Promise<ExecutionEvent[]> {
  return waitUntil(
    `execution ${request.execution_id} has ended`,
    async () => {
      const events = await eventsOf(bus, request);
      const last = events.at(-1)?.type;
      return last === 'completed' || last === 'failed' || last === 'cancelled' ? events : null;
    },
    timeoutMs,
  );
}

/** Waits for the end of an execution and returns it; for one whose journal is large. */
export async function endOf(
  bus: NatsBus,
  request: RunRequest,
  timeoutMs = 120_000,
): Promise<Extract<ExecutionEvent, { type: 'completed' | 'failed' }>> {
  return waitUntil(
    `execution ${request.execution_id} has ended`,
    async () => {
      const last = await bus.lastOnSubject(JournalEntry, request);
      const event = last?.payload.events.at(-1);
      return event?.type === 'completed' || event?.type === 'failed' ? event : null;
    },
    timeoutMs,
  );
}

/** Waits until the queue holds nothing any more: every message is acknowledged. */
export async function queueIsEmpty(bus: NatsBus): Promise<void> {
  await waitUntil(
    'the queue is empty',
    async () => {
      const reply = await bus.connection.request('$JS.API.STREAM.INFO.RUNS');
      const info = reply.json<{ state: { messages: number } }>();
      return info.state.messages === 0;
    },
    60_000,
  );
}
