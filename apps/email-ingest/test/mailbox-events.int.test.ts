import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { EventOccurred, type OccurredEvent } from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { documentedEvent, freePort, waitUntil } from '@millrace/testing';
import { IngestFixture, type TestMailbox } from './ingest.fixture.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');

let fixture: IngestFixture;
let app: INestMicroservice;
/** What becomes of events: nothing, or they are stored and the answer is lost. */
let failure: 'refused' | 'lost' | undefined;
let lost = 0;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
  const bus = app.get<NatsBus>(BUS);
  const publish = bus.publish.bind(bus);
  jest.spyOn(bus, 'publish').mockImplementation(async (message, payload, options) => {
    const isEvent = (message as unknown) === EventOccurred;
    if (isEvent && failure === 'refused') throw new Error('It is refused');
    const published = await publish(message, payload, options);
    if (!isEvent || failure !== 'lost') return published;
    lost++;
    throw new Error('The answer is lost');
  });
});
afterEach(() => {
  failure = undefined;
});
afterAll(() => fixture.stop());

const wanted = ['mailbox.unhealthy', 'mailbox.recovered'];

async function told({ organisationId: organisation_id }: TestMailbox): Promise<OccurredEvent[]> {
  return (await fixture.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
}

/** By their ids: the server distinguishes a repetition from a new message for a time only. */
async function typesOfEvents(mailbox: TestMailbox): Promise<string[]> {
  return [...new Map((await told(mailbox)).map(({ event_id, type }) => [event_id, type])).values()];
}

async function untilTold(mailbox: TestMailbox, type: string): Promise<OccurredEvent> {
  const find = async () => (await told(mailbox)).find((event) => event.type === type);
  return waitUntil(`the event ${type}`, find, 150_000, { everyMs: 50 });
}

it('announces that a login is not tried any more, and that the mailbox works again', async () => {
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

it('announces once that a server is away, however often it is tried', async () => {
  const mailbox = await fixture.mailbox({ port: await freePort(), wanted });
  await untilTold(mailbox, 'mailbox.unhealthy');
  await fixture.publish(mailbox);
  await untilTold(mailbox, 'mailbox.recovered');
  expect((await told(mailbox)).map(({ type }) => type)).toEqual(['mailbox.unhealthy', 'mailbox.recovered']);
}, 400_000);

it('announces nothing about a mailbox that was always well', async () => {
  const mailbox = await fixture.mailbox({ wanted });
  await fixture.untilState(app, mailbox, 'healthy');
  expect(await told(mailbox)).toEqual([]);
}, 200_000);

it('announces later that a login is not tried any more, when it cannot at once', async () => {
  failure = 'refused';
  const mailbox = await fixture.mailbox({ secret: 'wrong', wanted });
  await fixture.untilState(app, mailbox, 'stopped');
  await waitUntil('it to be noted', async () => (await fixture.toldHealth(app, mailbox))?.told === false);
  failure = undefined;
  const unhealthy = await untilTold(mailbox, 'mailbox.unhealthy');
  expect(unhealthy.data.error).toMatch(/refuses the login.*not tried again until the mailbox is changed/);
}, 400_000);

it('announces what went wrong before it announces that it works again, and each once, however often that fails', async () => {
  failure = 'refused';
  const mailbox = await fixture.mailbox({ secret: 'wrong', wanted });
  await fixture.untilState(app, mailbox, 'stopped');
  await waitUntil('it to be noted', async () => (await fixture.toldHealth(app, mailbox))?.told === false);
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
  expect(await told(mailbox)).toEqual([]);
  lost = 0;
  failure = 'lost';
  await waitUntil('replies to be lost', () => lost >= 3, 150_000);
  failure = undefined;
  await waitUntil('all to be announced', async () => {
    const health = await fixture.toldHealth(app, mailbox);
    return health?.event === 'mailbox.recovered' && health.told;
  });
  expect(await typesOfEvents(mailbox)).toEqual(['mailbox.unhealthy', 'mailbox.recovered']);
}, 800_000);

it('announces a recovery once, however often the reply is lost', async () => {
  const mailbox = await fixture.mailbox({ secret: 'wrong', wanted });
  await untilTold(mailbox, 'mailbox.unhealthy');
  lost = 0;
  failure = 'lost';
  await fixture.publish(mailbox);
  await waitUntil('replies to be lost', () => lost >= 3, 150_000);
  failure = undefined;
  await waitUntil(
    'all to be announced',
    async () => (await fixture.toldHealth(app, mailbox))?.event === 'mailbox.recovered',
  );
  expect(await typesOfEvents(mailbox)).toEqual(['mailbox.unhealthy', 'mailbox.recovered']);
}, 400_000);
