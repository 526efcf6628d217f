import {
  ActiveSnapshot,
  ReceiveWebhook,
  RunRequested,
  WebhookSnapshot,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { connectBus, silentLogger, type Bus } from '@millrace/messaging';
import { startNats } from '@millrace/testing';
import type { z } from 'zod';
import { InboundService } from '../src/inbound/inbound.service.js';

let nats: Awaited<ReturnType<typeof startNats>>;
let bus: Bus;
let inbound: InboundService;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'webhook-dispatcher', logger: silentLogger });
  inbound = new InboundService(bus);
  await Promise.all([
    webhook('wh_open', 'wf_active'),
    webhook('wh_keyed', 'wf_active', { required_headers: { 'X-Shared-Key': 'k-1' } }),
    webhook('wh_get', 'wf_active', { method: 'GET' }),
    webhook('wh_paused', 'wf_paused'),
    webhook('wh_draft', 'wf_draft'),
    webhook('wh_orphan', 'wf_gone'),
    workflow('wf_active', 'active'),
    workflow('wf_paused', 'paused'),
    workflow('wf_draft', 'draft'),
  ]);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

function webhook(id: string, workflowId: string, more: Partial<WebhookSnapshotValue> = {}): Promise<void> {
  const value = { webhook_id: id, organisation_id: 'org_a', workflow_id: workflowId, method: 'POST', ...more };
  return bus.snapshots.put(WebhookSnapshot, value, value);
}

function workflow(id: string, status: 'active' | 'paused' | 'draft'): Promise<void> {
  const value = { workflow_id: id, organisation_id: 'org_a', version: 2, status };
  return bus.snapshots.put(ActiveSnapshot, value, value);
}

type Call = z.output<typeof ReceiveWebhook.question>;

function call(webhookId: string, more: Partial<Call> & { body?: string } = {}): Call {
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

describe('a webhook call', () => {
  it('is in the queue before it is answered, with body, query and headers, but without credentials', async () => {
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      authorization: 'Bearer x',
      'x-shared-key': 'k-1',
    };
    const accepted = await inbound.receive(
      call('wh_keyed', { headers, query: { a: ['1', '2'] }, request_id: 'req_1' }),
    );
    const stored = await bus.lastOnSubject(RunRequested, accepted);
    expect(stored?.payload).toEqual({
      execution_id: accepted.execution_id,
      organisation_id: 'org_a',
      workflow_id: 'wf_active',
      version: 2,
      generation: 0,
      accepted_at: '2026-11-25T01:00:00.000Z',
      trigger: {
        type: 'webhook',
        webhook_id: 'wh_keyed',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
        query: { a: ['1', '2'] },
      },
      input: { a: 1 },
      request_id: 'req_1',
    });
  });

  it('of several megabytes travels by reference and arrives whole', async () => {
    const text = 'x'.repeat(3 * 1024 * 1024);
    const accepted = await inbound.receive(call('wh_open', { body: JSON.stringify({ text }) }));
    const stored = await bus.lastOnSubject(RunRequested, accepted);
    expect(stored?.payload.input).toEqual({ text });
  });

  it.each([
    ['to an unknown address', call('wh_none'), 'WEBHOOK_NOT_FOUND'],
    ['to a wildcard', call('*'), 'WEBHOOK_NOT_FOUND'],
    ['to everything', call('>'), 'WEBHOOK_NOT_FOUND'],
    ['to the address of a deleted workflow', call('wh_orphan'), 'WEBHOOK_NOT_FOUND'],
    ['of a paused workflow', call('wh_paused'), 'WORKFLOW_PAUSED'],
    ['of a draft', call('wh_draft'), 'WORKFLOW_NOT_ACTIVE'],
    ['by another method', call('wh_get'), 'METHOD_NOT_ALLOWED'],
    ['without a header that is asked for', call('wh_keyed'), 'UNAUTHORIZED'],
    ['with broken JSON', call('wh_open', { body: '{"a":' }), 'INVALID_JSON'],
  ])('%s is refused, and nothing starts', async (_what, bad, code) => {
    await expect(inbound.receive(bad)).rejects.toMatchObject({ code });
  });
});
