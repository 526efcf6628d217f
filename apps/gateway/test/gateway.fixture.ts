import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ActiveSnapshot, BeginAuditEntry, EndAuditEntry, TokenSnapshot, type ErrorCode } from '@millrace/contracts';
import { BUS, connectBus, HEADERS, newHeaders, type Bus, type NatsBus } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { REDIS, type RedisConnection } from '@millrace/service-kit/redis';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { ApiDocument, startNats, startRedis, waitUntil } from '@millrace/testing';
import { configSchema } from '../src/config.js';
import { openApiDocument } from '../src/documentation/openapi-document.js';
import type { WaitRoom } from '../src/executions/execution-waits.js';
import type { ClientTimes } from '../src/http/bounded-server.js';
import type { TwinRoom } from '../src/idempotency/twin-waits.js';
import type { LiveBounds } from '../src/live/live-bounds.js';
import { gatewayService } from '../src/service.js';

/** A gateway on real NATS and Redis, with no other service behind it. */
export interface RunningGateway {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly bus: Bus;
  readonly natsUrl: string;
  readonly nats: { kill(): Promise<void>; restart(): Promise<void> };
  readonly auditLog: AuditLogOwner;
  /** How often the gateway has lost its connection to NATS and found it again. */
  reconnections(): number;
  readonly redis: { readonly url: string; kill(): Promise<void>; restart(): Promise<void> };
  /** One HTTP call; `token` null sends no Authorization header. Fails when the answer is not as the OpenAPI document says. */
  call(
    method: string,
    path: string,
    options?: { token?: string | null; body?: string; headers?: Record<string, string> },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

/** In the place of the owner of the audit log, without which nothing is carried out. */
export interface AuditLogOwner {
  /** What it was sent, in order. */
  readonly recorded: readonly ({ readonly subject: string } & Readonly<Record<string, unknown>>)[];
  /** Whether it refuses what it is sent. */
  away: boolean;
}

/** An answer, its body parsed; the text of one that is YAML. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    error?: { code: string; message: string; details: Record<string, unknown>; request_id: string };
  } & Record<string, unknown>;
}

const documented = new ApiDocument(openApiDocument());

export const TOKEN = 'test-token-of-organisation-a';
export const OPERATOR_TOKEN = 'test-token-of-the-operator-0001';
export const READ_ONLY_TOKEN = 'test-token-that-only-reads';
export const WORKFLOW = 'wf_01kaxh3v9m0000000000000001';
export const FOREIGN_WORKFLOW = 'wf_01kaxh3v9m0000000000000002';
export const PAUSED_WORKFLOW = 'wf_01kaxh3v9m0000000000000003';

/** The time by which calls are counted: a window that ends during a test would start the next one. */
const ALWAYS = () => Date.UTC(2100, 0, 1);

/** What a test sets; the rest is as in production. */
export interface GatewaySettings {
  readonly apiPerHour?: number;
  readonly executionsPerMinute?: number;
  readonly refusedPerMinute?: number;
  readonly trustedProxies?: readonly string[];
  readonly clientTimes?: ClientTimes;
  readonly connectionsPerAddress?: number;
  readonly writeLeaseMs?: number;
  readonly twinRoom?: TwinRoom;
  readonly waitRoom?: WaitRoom;
  readonly liveBounds?: LiveBounds;
}

export async function startGateway(settings: GatewaySettings = {}): Promise<RunningGateway> {
  const [nats, redisServer] = await Promise.all([startNats(), startRedis()]);
  const { apiPerHour, executionsPerMinute, refusedPerMinute, trustedProxies, ...times } = settings;
  const config = configSchema.parse({
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_REDIS_URL: redisServer.url,
    MILLRACE_HEALTH_PORT: 9,
    MILLRACE_OPERATOR_TOKEN: OPERATOR_TOKEN,
    MILLRACE_RATE_LIMIT_API_PER_HOUR: apiPerHour,
    MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE: executionsPerMinute,
    MILLRACE_RATE_LIMIT_REFUSED_WEBHOOKS_PER_MINUTE: refusedPerMinute,
    MILLRACE_TRUSTED_PROXIES: trustedProxies?.join(','),
  });
  const app = await createService(gatewayService(config, { clock: ALWAYS, ...times }), { logger: silentLogger() });
  const bus = app.get<NatsBus>(BUS);
  await waitUntil('Redis', () => app.get<RedisConnection>(REDIS).status === 'ready');
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  await putSnapshots(bus);
  const auditLog = await openAuditLog(nats.url);
  return {
    url,
    app,
    bus,
    natsUrl: nats.url,
    nats,
    auditLog: auditLog.owner,
    reconnections: () => bus.connectionNumber - 1,
    redis: redisServer,
    async call(method, path, { token = tokenFor(path), body: sent, headers = {} } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          'content-type': 'application/json',
          ...headers,
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
      const contentType = response.headers.get('content-type');
      // Of a stream of events the head is looked at.
      const isStream = contentType?.startsWith('text/event-stream') === true;
      if (isStream) await response.body?.cancel();
      const text = isStream ? '""' : await response.text();
      const isYaml = contentType?.startsWith('application/yaml') === true;
      const body = text === '' ? undefined : ((isYaml ? text : JSON.parse(text)) as Answer['body']);
      const { status, headers: answered } = response;
      const problems = documented.problemsOf({ method, path, status, contentType, body, headers: answered });
      if (problems.length > 0) throw new Error(`Not as documented: ${problems.join('; ')}`);
      return { status, headers: answered, body: body ?? {} };
    },
    async stop() {
      await app.close();
      await auditLog.close();
      await Promise.all([nats.stop(), redisServer.stop()]);
    },
  };
}

async function openAuditLog(url: string): Promise<{ owner: AuditLogOwner; close(): Promise<void> }> {
  const bus = await connectBus({ url, name: 'audit-log', logger: silentLogger() });
  const recorded: AuditLogOwner['recorded'][number][] = [];
  const owner = { recorded, away: false };
  for (const { subject } of [BeginAuditEntry, EndAuditEntry])
    bus.connection.subscribe(subject, {
      callback: (_, message) => {
        if (owner.away) return refuse(message, 'SERVICE_UNAVAILABLE');
        const question = message.json<Record<string, unknown>>();
        recorded.push({ subject, ...question });
        message.respond(JSON.stringify({ bytes: 400, entry_id: question['entry_id'] }));
      },
    });
  await bus.connection.flush();
  return { owner, close: () => bus.close() };
}

/** A question that a test has received. */
interface Question {
  respond(data: string, options: { headers: ReturnType<typeof newHeaders> }): unknown;
}

/** Replies to a question with an error, as a service does. */
export function refuse(message: Question, code: ErrorCode): void {
  const headers = newHeaders();
  headers.set(HEADERS.error, code);
  message.respond(JSON.stringify({ code, message: 'x' }), { headers });
}

/** The token that opens a route. */
function tokenFor(path: string): string {
  return /^\/v1\/(organisations|dead-letters|system)/.test(path) ? OPERATOR_TOKEN : TOKEN;
}

async function putSnapshots(bus: Bus): Promise<void> {
  const token = (text: string, scopes: string[]): Promise<void> =>
    bus.snapshots.put(
      TokenSnapshot,
      { token_hash: tokenHash(text) },
      { token_id: 'tok_1', organisation_id: 'org_a', scopes },
    );
  const workflow = (id: string, organisation: string, status: 'active' | 'paused'): Promise<void> =>
    bus.snapshots.put(
      ActiveSnapshot,
      { workflow_id: id },
      { workflow_id: id, organisation_id: organisation, version: 3, status },
    );
  await Promise.all([
    token(TOKEN, ['*']),
    token(READ_ONLY_TOKEN, ['workflows:read', 'executions:read']),
    workflow(WORKFLOW, 'org_a', 'active'),
    workflow(FOREIGN_WORKFLOW, 'org_b', 'active'),
    workflow(PAUSED_WORKFLOW, 'org_a', 'paused'),
  ]);
}
