import type { INestMicroservice } from '@nestjs/common';
import { EventOccurred, type OccurredEvent } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { mailboxesByState, silentMailboxes } from '../src/mailboxes/mailboxes.metrics.js';
import { MessageIntake } from '../src/messages/message-intake.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';

/* Mailboxes that nobody looks at, although processes run: a poll is a second, so that three seconds are silence. */

const wanted = ['mailbox.unhealthy', 'mailbox.recovered'];

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await IngestFixture.open();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await fixture.stop();
});

async function told({ organisationId: organisation_id }: TestMailbox): Promise<OccurredEvent[]> {
  return (await fixture.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
}

async function untilTold(mailbox: TestMailbox, types: readonly string[]): Promise<void> {
  await waitUntil(`events ${types.join()}`, async () => (await told(mailbox)).length >= types.length, 150_000);
  expect((await told(mailbox)).map(({ type }) => type)).toEqual(types);
}

async function counted(): Promise<{ silent: number | undefined; unhealthy: number | undefined }> {
  const states = (await mailboxesByState.get()).values;
  return {
    silent: (await silentMailboxes.get()).values[0]?.value,
    unhealthy: states.find(({ labels }) => labels.state === 'unhealthy')?.value,
  };
}

it('announces that nobody looks at a mailbox, which has never been looked at, and that somebody does', async () => {
  const first = await fixture.mailbox({ wanted });
  const app = await fixture.start({ MILLRACE_MAILBOXES_WATCHED: '1' });
  await fixture.untilState(app, first, 'healthy');
  const warnings = jest.spyOn(app.get<Logger>(LOGGER), 'warn');
  const second = await fixture.mailbox({ wanted });
  expect(await fixture.health(app, second)).toMatchObject({ state: 'starting', last_poll_at: null });
  await untilTold(second, ['mailbox.unhealthy']);
  const unwatched = { state: 'unhealthy', error: expect.stringContaining('not been looked at') as string };
  expect(await fixture.health(app, second)).toMatchObject(unwatched);
  await waitUntil('the counts', async () => (await counted()).silent === 1);
  expect(await counted()).toEqual({ silent: 1, unhealthy: 1 });
  // No metric names it; the log does, once.
  const line = 'A mailbox has not been looked at for long';
  const lines = () => warnings.mock.calls.filter(([, text]) => text === line);
  await waitUntil('a line about it', () => lines().length > 0);

  const replica = await fixture.start({ MILLRACE_MAILBOXES_WATCHED: '1' });
  await fixture.untilState(replica, second, 'healthy');
  await untilTold(second, ['mailbox.unhealthy', 'mailbox.recovered']);
  await waitUntil('the counts', async () => (await counted()).silent === 0);
  expect(lines()).toEqual([[{ organisationId: second.organisationId, mailbox: second.id }, line]]);
  expect(await told(first)).toEqual([]);
}, 200_000);

it('leaves a mailbox to another process when nothing comes of the work on it', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'stuckMs', 1_000);
  const app: INestMicroservice = await fixture.start();
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const intake = jest.spyOn(app.get(MessageIntake), 'take').mockReturnValue(held);
  const mailbox = await fixture.mailbox({ wanted });
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Held up'));
  await waitUntil('it to be held up', () => intake.mock.calls.length > 0);
  try {
    await untilTold(mailbox, ['mailbox.unhealthy']);
    await fixture.start();
    await fixture.untilStarted(mailbox, 1);
    await untilTold(mailbox, ['mailbox.unhealthy', 'mailbox.recovered']);
  } finally {
    letGo();
  }
  // What the first one still writes, the lease refuses.
  await fixture.end(app);
  expect(await fixture.starts(mailbox)).toHaveLength(1);
}, 200_000);
