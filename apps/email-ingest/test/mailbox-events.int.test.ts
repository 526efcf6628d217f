import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { EventOccurred, type OccurredEvent } from '@millrace/contracts';
import { documentedEvent, freePort, waitUntil } from '@millrace/testing';
import { IngestFixture, type TestMailbox } from './ingest.fixture.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const wanted = ['mailbox.unhealthy', 'mailbox.recovered'];

async function told({ organisationId: organisation_id }: TestMailbox): Promise<OccurredEvent[]> {
  return (await fixture.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
}

async function untilTold(mailbox: TestMailbox, type: string): Promise<OccurredEvent> {
  const find = async () => (await told(mailbox)).find((event) => event.type === type);
  return waitUntil(`the event ${type}`, find, 150_000, { everyMs: 50 });
}

it('tells that a login is not tried any more, and that the mailbox works again', async () => {
  const mailbox = await fixture.mailbox({ secret: 'wrong', wanted });
  const unhealthy = await untilTold(mailbox, 'mailbox.unhealthy');
  expect(unhealthy).toMatchObject({
    workflow_id: null,
    data: { mailbox_id: mailbox.id, address: mailbox.address, error: expect.stringContaining('refuses the login') },
  });
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
  const recovered = await untilTold(mailbox, 'mailbox.recovered');
  for (const { type, data } of [unhealthy, recovered])
    expect(Object.keys(data)).toEqual(Object.keys(documentedEvent(page, type).data));
  expect((await told(mailbox)).map(({ type }) => type)).toEqual(['mailbox.unhealthy', 'mailbox.recovered']);
}, 200_000);

it('tells once that a server is away, however often it is tried', async () => {
  const mailbox = await fixture.mailbox({ port: await freePort(), wanted });
  await untilTold(mailbox, 'mailbox.unhealthy');
  await fixture.publish(mailbox);
  await untilTold(mailbox, 'mailbox.recovered');
  expect((await told(mailbox)).map(({ type }) => type)).toEqual(['mailbox.unhealthy', 'mailbox.recovered']);
}, 400_000);

it('tells nothing of a mailbox that was always well', async () => {
  const mailbox = await fixture.mailbox({ wanted });
  await fixture.untilState(app, mailbox, 'healthy');
  expect(await told(mailbox)).toEqual([]);
}, 200_000);
