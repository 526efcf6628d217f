import { setTimeout as sleep } from 'node:timers/promises';
import { GetMailboxHealth } from '@millrace/contracts';
import { TcpProxy, waitUntil } from '@millrace/testing';
import { aMessage, IngestFixture } from './ingest.fixture.js';
import { kill, startProcess } from './ingest-process.fixture.js';

/*
 * In the long set only, since it takes a minute: `npm run test:long -- mailboxes`.
 */

/** In which a message is read that came over a line that says nothing. */
const LIMIT_MS = 60_000;

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await IngestFixture.open();
}, 180_000);
afterAll(() => fixture.stop());

/** The settings of the service, those that tests make shorter as they are by default. */
function byDefault(): Record<string, string> {
  const isShorter = ([name]: [string, string]): boolean => /^MILLRACE_MAILBOX_\w+_SECONDS$/.test(name);
  return Object.fromEntries(Object.entries(fixture.environment).filter((setting) => !isShorter(setting)));
}

it('with the defaults, what comes over a line that has just gone dead starts its workflow within a minute', async () => {
  const proxy = await TcpProxy.start(fixture.dovecot.url);
  const mailbox = await fixture.mailbox({ port: Number(new URL(proxy.url('imap')).port) });
  const question = { organisation_id: mailbox.organisationId, mailbox_ids: [mailbox.id] };
  const service = await startProcess(byDefault());
  await waitUntil('the mailbox to be watched', async () => {
    const { health } = await fixture.bus.request(GetMailboxHealth, question).catch(() => ({ health: {} }));
    return (health as Record<string, { state: string }>)[mailbox.id]?.state === 'healthy';
  });
  // A message ends a look: so the next one, which finds that the line is dead, is as far away as it may be.
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Before'));
  await fixture.untilStarted(mailbox, 1, 10_000);
  proxy.mute();
  const began = performance.now();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Over a dead line'));
  await sleep(5_000);
  expect(await fixture.starts(mailbox)).toHaveLength(1);
  await fixture.untilStarted(mailbox, 2, 2 * LIMIT_MS);
  expect(performance.now() - began).toBeLessThanOrEqual(LIMIT_MS);
  expect([service.exitCode, service.signalCode]).toEqual([null, null]);
  await kill(service);
  await proxy.stop();
}, 300_000);
