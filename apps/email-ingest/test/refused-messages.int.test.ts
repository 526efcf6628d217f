import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { EventOccurred, type OccurredEvent } from '@millrace/contracts';
import { documentedEvent, waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { IngestedMessagesRepository } from '../src/messages/ingested-messages.repository.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');
const wanted = ['mailbox.message_refused'];
const LARGE = 'x'.repeat(2 * 1024 * 1024);

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await IngestFixture.open();
});
beforeEach(() => jest.replaceProperty(MAIL_LIMITS, 'largeMessageBytes', 1024 * 1024));
afterEach(() => jest.restoreAllMocks());
afterAll(() => fixture.stop());

async function told({ organisationId: organisation_id }: TestMailbox): Promise<OccurredEvent[]> {
  const all = (await fixture.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
  return [...new Map(all.map((event) => [event.event_id, event])).values()];
}

async function watchedBy(app: INestMicroservice): Promise<TestMailbox> {
  const mailbox = await fixture.mailbox({ wanted });
  await fixture.untilState(app, mailbox, 'healthy');
  return mailbox;
}

it('announces a message that is too large once, in the form of the page, and of what starts nothing for want of a trigger never', async () => {
  const app = await fixture.start();
  const mailbox = await watchedBy(app);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Large', { body: LARGE }));
  fixture.deliver(mailbox, aMessage('somebody@example.com', 'For nobody'));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Fine'));
  for (const subject of ['Large', 'For nobody', 'Fine']) await fixture.untilDealtWith(app, mailbox, subject);
  const [event, ...more] = await told(mailbox);
  expect(more).toEqual([]);
  const messages = await fixture.messages(app, mailbox);
  const { id, reason } = messages.find(({ subject }) => subject === 'Large') ?? {};
  expect(event).toMatchObject({
    type: 'mailbox.message_refused',
    workflow_id: null,
    data: { mailbox_id: mailbox.id, address: mailbox.address, message_id: id, verdict: 'too_large', reason },
  });
  expect(Object.keys(event?.data ?? {})).toEqual(Object.keys(documentedEvent(page, 'mailbox.message_refused').data));
  await fixture.end(app);
}, 300_000);

it('announces it as one event when the process dies between announcing and noting it', async () => {
  const first = await fixture.start();
  const mailbox = await watchedBy(first);
  jest.spyOn(first.get(IngestedMessagesRepository), 'settle').mockRejectedValue(new Error('The process is dying'));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Large', { body: LARGE }));
  await waitUntil('the event', async () => (await told(mailbox)).length > 0);
  await fixture.end(first);
  const second = await fixture.start();
  expect((await fixture.untilDealtWith(second, mailbox, 'Large')).verdict).toBe('too_large');
  expect(await told(mailbox)).toHaveLength(1);
  await fixture.end(second);
}, 300_000);
