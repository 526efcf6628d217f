import { Controller } from '@nestjs/common';
import { ActiveSnapshot, defineRequest, RunRequested } from '@millrace/contracts';
import { AckPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { aRunRequest, startNats, uniqueName, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import { connectBus, OnRequest, silentLogger, type NatsBus } from '../src/index.js';
import { startService, type TestService } from './start-service.js';

/** What a service takes for a question or a reply, and what everybody hears, when somebody has the password of another service. */
const Ask = defineRequest({
  subject: 'asked.thing',
  question: z.object({ text: z.string() }),
  answer: z.object({ done: z.boolean() }),
});
const served: string[] = [];
const warnings: object[] = [];

@Controller()
class AskedController {
  @OnRequest(Ask)
  ask({ text }: { text: string }): { done: boolean } {
    served.push(text);
    return { done: true };
  }
}

let nats: OwnServer;
let service: TestService;
let asker: NatsBus;
let stranger: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  nats = await startNats();
  const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
  service = await startService({ url: nats.url, name: 'asked', controllers: [AskedController], logger });
  asker = await connectBus({ url: nats.url, name: 'asker', logger: silentLogger });
  stranger = await connect({ servers: nats.url });
  manager = await jetstreamManager(stranger);
});
afterAll(async () => {
  try {
    await Promise.all([asker.close(), service.close(), stranger.close()]);
  } finally {
    await nats.stop();
  }
});
beforeEach(() => served.splice(0));

/** What was sent before this has been looked at by then: the server keeps the order of a subject. */
async function later(): Promise<void> {
  await stranger.flush();
  await asker.request(Ask, { text: 'later' });
}

const body = (text: string) => JSON.stringify({ text });

test('what comes out of a stream on the subject of a question is not served, and said once', async () => {
  await manager.streams.add({
    name: 'THEIRS',
    subjects: ['theirs.>'],
    republish: { src: 'theirs.published', dest: Ask.subject },
    allow_direct: true,
  });
  stranger.publish('theirs.published', body('republished'));
  await stranger.request('theirs.kept', body('handed out'));
  await stranger.flush();
  await manager.consumers.add('THEIRS', {
    durable_name: 'pushes',
    ack_policy: AckPolicy.Explicit,
    deliver_subject: Ask.subject,
    deliver_group: 'asked',
  });
  stranger.publish('$JS.API.DIRECT.GET.THEIRS.theirs.kept', '', { reply: Ask.subject });
  await waitUntil('both to be delivered', async () => {
    const { delivered } = await manager.consumers.info('THEIRS', 'pushes');
    return delivered.consumer_seq >= 2;
  });
  await later();
  expect(served).toEqual(['later']);
  expect(warnings).toEqual([{ subject: Ask.subject }]);
});

test('a question that waits for no reply, or has a header of a stream, is not served', async () => {
  stranger.publish(Ask.subject, body('no reply'));
  stranger.publish(Ask.subject, body('acknowledged'), { reply: '$JS.ACK.RUNS.executor-0.1.1.1.1.0' });
  for (const name of ['Nats-Sequence', 'nats-stream', 'NATS-Expected-Last-Sequence', 'Nats-Msg-Id']) {
    const marked = headers();
    marked.set(name, '1');
    stranger.publish(Ask.subject, body(name), { reply: '_INBOX.asker.x', headers: marked });
  }
  await later();
  expect(served).toEqual(['later']);
});

test('no name of an inbox or of a reply follows from another one, nor from the id of a message', async () => {
  const inboxes: string[] = [];
  const ids: string[] = [];
  const seen = stranger.subscribe('>', {
    callback: (_, { reply, headers: found }) => {
      if (reply?.startsWith('_INBOX.asker.') === true) inboxes.push(reply);
      const id = found?.get('Nats-Msg-Id') ?? '';
      if (id !== '') ids.push(id);
    },
  });
  await stranger.flush();
  await asker.request(Ask, { text: 'one' });
  await asker.request(Ask, { text: 'two' });
  await asker.connection.request(Ask.subject, body('by the client'));
  await asker.publish(RunRequested, aRunRequest());
  await waitUntil('all to be heard', () => inboxes.length > 3 && ids.length > 0);
  seen.unsubscribe();
  const random = /^_INBOX\.asker\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\./;
  for (const inbox of inboxes) expect(inbox).toMatch(random);
  const replies = inboxes.map((inbox) => inbox.split('.').at(-1) ?? '').slice(0, 2);
  for (const reply of replies) expect(reply).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(new Set(replies.map((reply) => reply.slice(0, 8))).size).toBe(2);
});

test('all are told that a snapshot has changed, and none what is in it', async () => {
  const value = { workflow_id: uniqueName('wf'), organisation_id: 'org', version: 7, status: 'active' } as const;
  const told: [string, string][] = [];
  stranger.subscribe('snapshots.>', { callback: (_, message) => void told.push([message.subject, message.string()]) });
  await stranger.flush();
  await asker.snapshots.put(ActiveSnapshot, value, value);
  await waitUntil('the notice', () => told.length > 0);
  expect(told).toEqual([[`snapshots.${ActiveSnapshot.key(value)}`, '']]);
  expect(await asker.snapshots.get(ActiveSnapshot, value)).toEqual(value);
});
