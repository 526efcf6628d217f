import { ActiveSnapshot, type ReceiveWebhook, WebhookSnapshot, type WebhookSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { REDIS, type RedisConnection } from '@millrace/service-kit/redis';
import type { INestMicroservice } from '@nestjs/common';
import { startNats, startRedis, waitUntil } from '@millrace/testing';
import type { z } from 'zod';
import { configSchema, type WebhookDispatcherConfig } from '../src/config.js';
import { webhookDispatcherService } from '../src/service.js';

export type Call = z.output<typeof ReceiveWebhook.question>;

/** A dispatcher on servers of its own. */
export class DispatcherScene {
  readonly bus: Bus;
  readonly redis: RedisConnection;

  private constructor(
    readonly app: INestMicroservice,
    private readonly servers: readonly { stop(): Promise<void> }[],
  ) {
    this.bus = app.get<Bus>(BUS);
    this.redis = app.get<RedisConnection>(REDIS);
  }

  static async open(settings: Partial<WebhookDispatcherConfig> = {}): Promise<DispatcherScene> {
    const [nats, redis] = await Promise.all([startNats(), startRedis()]);
    const config = configSchema.parse({
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_REDIS_URL: redis.url,
      // Nothing listens there: calls are taken without a database.
      MILLRACE_MONGODB_URL: 'mongodb://127.0.0.1:9',
      MILLRACE_HEALTH_PORT: 9,
      MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE: 100_000,
      ...settings,
    });
    const app = await createService(webhookDispatcherService(config), { logger: silentLogger() });
    const scene = new DispatcherScene(app, [nats, redis]);
    await waitUntil('Redis', () => scene.redis.status === 'ready');
    return scene;
  }

  async close(): Promise<void> {
    await this.app.close();
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  webhook(id: string, workflowId: string, more: Partial<WebhookSnapshotValue> = {}): Promise<void> {
    const value = { webhook_id: id, organisation_id: 'org_a', workflow_id: workflowId, method: 'POST', ...more };
    return this.bus.snapshots.put(WebhookSnapshot, value, value);
  }

  workflow(id: string, status: 'active' | 'paused' | 'draft', organisation_id = 'org_a'): Promise<void> {
    const value = { workflow_id: id, organisation_id, version: 2, status };
    return this.bus.snapshots.put(ActiveSnapshot, value, value);
  }

  /** An organisation with an active workflow, `wf_<name>`, and the address of its webhook, `wh_<name>`. */
  async address(name: string, more: Partial<WebhookSnapshotValue> = {}): Promise<void> {
    const organisation_id = `org_${name}`;
    await this.webhook(`wh_${name}`, `wf_${name}`, { organisation_id, ...more });
    await this.workflow(`wf_${name}`, 'active', organisation_id);
  }
}

export function call(webhookId: string, more: Partial<Call> & { body?: string } = {}): Call {
  const { body = '{"a":1}', ...rest } = more;
  return {
    webhook_id: webhookId,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    query: {},
    body_base64: Buffer.from(body).toString('base64'),
    received_at: '2026-11-25T01:00:00.000Z',
    ...rest,
  };
}
