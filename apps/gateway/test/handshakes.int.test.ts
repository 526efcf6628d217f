import { newId, ReceiveWebhook, WebhookSnapshot } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startGateway, type RunningGateway } from './gateway.fixture.js';

const PROMPT = `wh_${'p'.repeat(24)}`;
const WAITS = `wh_${'w'.repeat(24)}`;
const CHALLENGE = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';

let gateway: RunningGateway;
/** In the place of the dispatcher, which finds that each call is a handshake. */
let dispatcher: NatsBus;

beforeAll(async () => {
  gateway = await startGateway();
  dispatcher = await connectBus({ url: gateway.natsUrl, name: 'webhook-dispatcher', logger: silentLogger });
  const workflow_id = newId('workflow');
  dispatcher.connection.subscribe(ReceiveWebhook.subject, {
    callback: (_, message) => {
      const nothing = { execution_id: '', status: 'running', started_at: '2026-11-25T01:00:00.000Z', duplicate: false };
      const response = { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: CHALLENGE };
      message.respond(JSON.stringify({ ...nothing, workflow_id, organisation_id: 'org_a', response }));
    },
  });
  await dispatcher.connection.flush();
  for (const [webhook_id, more] of [
    [PROMPT, {}],
    [WAITS, { respond: 'wait', respond_timeout: '60s' }],
  ] as const) {
    const value = { webhook_id, organisation_id: 'org_a', workflow_id, method: 'POST', ...more };
    await dispatcher.snapshots.put(WebhookSnapshot, value, value);
  }
});
afterAll(async () => {
  await dispatcher.close();
  await gateway.stop();
});

test.each([
  ['', PROMPT],
  [', also where callers wait for the workflow, which is not started', WAITS],
])(
  'the caller of a handshake gets what it expects back%s',
  async (_what, webhookId) => {
    const response = await fetch(`${gateway.url}/v1/webhooks/${webhookId}`, { method: 'POST', body: '{}' });
    expect([response.status, await response.text()]).toEqual([200, CHALLENGE]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('idempotency-replayed')).toBeNull();
  },
  30_000,
);
