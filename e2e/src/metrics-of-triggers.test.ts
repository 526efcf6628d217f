import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventSubscription, EventSubscriptionWithSecret, MailboxResource } from '@millrace/contracts';
import { FakeHttpServer, startDovecot, uniqueName, type OwnDovecot } from '@millrace/testing';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { measured, rising, untilMeasured } from './support/measured.js';

/*
 * What starts executions, and what is sent of them, is seen in the metrics of the services that do it. Which test shows which metric is in
 * packages/development/test/observability/shown-by.ts.
 */

const STEPS = [{ id: 'one', type: 'transform', config: { output: 1 } }];

const api = new ApiClient();
let service: FakeHttpServer;
let dovecot: OwnDovecot;
beforeAll(async () => {
  [service, dovecot] = await Promise.all([FakeHttpServer.start(), startDovecot()]);
});
afterAll(() => Promise.all([service.stop(), dovecot.stop()]));

test('starts by a schedule, and times at which nothing was started', async () => {
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  service.on('/held', () => held.then(() => ({ body: {} })));
  const { id } = await rising(
    [
      ['scheduler', 'millrace_schedule_starts_total'],
      ['scheduler', 'millrace_schedule_start_lag_seconds_count'],
      ['scheduler', 'millrace_schedule_not_started_total', { outcome: 'skipped' }],
    ],
    () =>
      api.create({
        name: 'Takes longer than its interval',
        trigger: { type: 'schedule', config: { interval: '1s', overlap: 'skip' } },
        steps: [{ id: 'call', type: 'http', config: { url: `${service.url}/held` } }],
      }),
  );
  release?.();
  await api.expect(204, 'DELETE', `/workflows/${id}`);
});

test('calls of webhooks by what becomes of them', async () => {
  const workflow = await api.create({
    name: 'Is called',
    trigger: { type: 'webhook', config: { headers: { 'X-Key': 'known to the sender' } } },
    steps: STEPS,
  });
  const address = ApiClient.webhookPath(workflow);
  const anyone = new ApiClient(null);
  const delivery = { 'x-key': 'known to the sender', 'idempotency-key': uniqueName('delivery') };
  const of = (verdict: string) => ['webhook-dispatcher', 'millrace_webhook_calls_total', { verdict }] as const;
  const receive = () => anyone.expect(202, 'POST', address, { json: {}, headers: delivery });
  await rising([of('accepted')], receive);
  await rising([of('duplicate')], receive);
  await rising([of('refused')], () => anyone.expect(401, 'POST', address, { json: {} }));
});

test('events by what becomes of their deliveries', async () => {
  const attempts = (outcome: string) =>
    ['webhook-dispatcher', 'millrace_event_delivery_attempts_total', { outcome }] as const;
  const workflow = await api.create({ name: 'Is announced', steps: STEPS });
  // The second one does not come again before the third.
  const busy = { status: 503, headers: { 'retry-after': '600' } };
  service.sequence('/events', [{ status: 200 }, busy, { status: 410 }]);
  const json = { url: `${service.url}/events`, events: ['execution.completed'] };
  const { id } = await api.expect<EventSubscriptionWithSecret>(201, 'POST', '/event-subscriptions', { json });
  const path = `/event-subscriptions/${id}`;
  await rising([attempts('delivered')], () => api.run(workflow.id));
  await rising([attempts('pending')], () => api.run(workflow.id));
  await rising([attempts('failed')], () => api.run(workflow.id));
  await eventually('it is disabled', async () => {
    const { status } = await api.expect<EventSubscription>(200, 'GET', path);
    return status === 'disabled' || undefined;
  });
  await rising([['webhook-dispatcher', 'millrace_event_deliveries_unsent_total', { reason: 'disabled' }]], () =>
    api.run(workflow.id),
  );
  await api.expect(204, 'DELETE', path);
});

test('mailboxes, their messages, and looks into them that fail', async () => {
  const mailboxOf = (user: string, secret: string) => {
    const imap = { host: '127.0.0.1', port: dovecot.port, tls: 'none', user, auth: { secret } };
    const json = { address: `${user}@company.com`, imap };
    return api.expect<MailboxResource>(201, 'POST', '/mailboxes', { json });
  };
  const user = uniqueName('measured');
  const folder = dovecot.mailFolder(user);
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
  const watched = () => measured('email-ingest', 'millrace_mailboxes_watched');
  const [before, healthy] = [
    await watched(),
    () => measured('email-ingest', 'millrace_mailboxes', { state: 'healthy' }),
  ];
  const mailbox = await mailboxOf(user, dovecot.password);
  await api.create({
    name: 'By mail',
    trigger: { type: 'email', config: { address: `${user}@company.com` } },
    steps: STEPS,
  });
  await untilMeasured('it is watched', watched, (count) => count > before);
  await untilMeasured('it is healthy', healthy, (count) => count > 0);
  await rising([['email-ingest', 'millrace_mail_messages_total', { verdict: 'started' }]], () => {
    const head = `From: ada@example.org\r\nTo: ${user}@company.com\r\nSubject: Hello\r\nMessage-ID: <${uniqueName('m')}@example.org>`;
    writeFileSync(join(folder, 'new', '1.M1P1.test'), `${head}\r\n\r\nHelp!\r\n`);
    return Promise.resolve();
  });
  const locked = await rising([['email-ingest', 'millrace_mailbox_failures_total', { kind: 'login' }]], () =>
    mailboxOf(uniqueName('locked'), 'not the password'),
  );
  for (const { id } of [mailbox, locked]) await api.expect(204, 'DELETE', `/mailboxes/${id}`);
});
