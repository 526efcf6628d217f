import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { MailboxCursorsRepository } from '../src/mailboxes/mailbox-cursors.repository.js';
import { aMessage, IngestFixture } from './ingest.fixture.js';

/** Starts of an organisation that may be made at once; as many a minute. */
const PACE = 6;

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  const limits: { startsPerMinute: number } = MAIL_LIMITS;
  expect(limits.startsPerMinute).toBe(500);
  jest.replaceProperty(limits, 'startsPerMinute', PACE);
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());
afterEach(() => jest.restoreAllMocks());

it('messages beyond the pace of their organisation wait in its mailbox, which stays healthy, and those of others do not', async () => {
  const [busy, quiet] = [await fixture.mailbox({ wanted: ['mailbox.unhealthy'] }), await fixture.mailbox()];
  for (const mailbox of [busy, quiet]) await fixture.untilState(app, mailbox, 'healthy');
  const writes = jest.spyOn(app.get(MailboxCursorsRepository), 'write');
  const count = 3 * PACE;
  for (let index = 0; index < count; index++) fixture.deliver(busy, aMessage(busy.address, `Message ${index}`));
  await fixture.untilStarted(busy, PACE);
  fixture.deliver(quiet, aMessage(quiet.address, 'Alone'));
  await fixture.untilStarted(quiet, 1);
  expect((await fixture.starts(busy)).length).toBeLessThan(count);
  await waitUntil('one more in its time', async () => (await fixture.starts(busy)).length > PACE);
  const ofBusy = writes.mock.calls.filter(([{ mailbox }]) => mailbox.id === busy.id);
  expect(ofBusy.filter(([, { connected, error }]) => connected === false || error)).toEqual([]);
  expect(await fixture.health(app, busy)).toMatchObject({ state: 'healthy', connected: true, error: null });
  expect(await fixture.toldHealth(app, busy)).toBeUndefined();
}, 200_000);
