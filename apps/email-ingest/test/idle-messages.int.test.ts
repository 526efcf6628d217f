import { waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { aMessage, IngestFixture } from './ingest.fixture.js';

const KEPT = 10;

let fixture: IngestFixture;
beforeAll(async () => {
  const limits: { idleMessagesKept: number } = MAIL_LIMITS;
  jest.replaceProperty(limits, 'idleMessagesKept', KEPT);
  fixture = await IngestFixture.open();
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  jest.restoreAllMocks();
});

it('keeps the newest messages of those that started nothing, and all that started something', async () => {
  const app = await fixture.start();
  const [mailbox, other] = [await fixture.mailbox(), await fixture.mailbox()];
  for (const one of [mailbox, other]) await fixture.untilState(app, one, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'first'));
  await fixture.untilStarted(mailbox, 1);
  fixture.deliver(other, aMessage('nobody@example.com', 'of another'));
  await fixture.untilDealtWith(app, other, 'of another');
  const subjects = Array.from({ length: KEPT + 5 }, (_, index) => `${index}`);
  for (const subject of subjects) fixture.deliver(mailbox, aMessage('nobody@example.com', subject));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'last'));
  await fixture.untilStarted(mailbox, 2);
  const messages = await waitUntil('the verdicts', async () => {
    const found = await fixture.messages(app, mailbox);
    return found.every(({ verdict }) => verdict !== 'pending') ? found : null;
  });
  const idle = messages.filter(({ verdict }) => verdict === 'no_trigger').map(({ subject }) => subject);
  expect(idle.sort()).toEqual(subjects.slice(-KEPT).sort());
  expect(messages.filter(({ verdict }) => verdict === 'started')).toHaveLength(2);
  expect(await fixture.messages(app, other)).toHaveLength(1);
}, 120_000);
