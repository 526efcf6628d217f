import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { AppError, EventOccurred, newId } from '@millrace/contracts';
import { TcpProxy, waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { MailboxCursorsRepository } from '../src/mailboxes/mailbox-cursors.repository.js';
import type { Mailbox } from '../src/mailboxes/mailbox.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { MisbehavingServers } from './misbehaving-server.fixture.js';

/* How often a server is asked: no sooner and no more often than it should be. For how long it is left alone: `pause-after.test.ts`. */

let fixture: IngestFixture;
let app: INestMicroservice;
const servers = new MisbehavingServers();
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  servers.close();
});

it('a login that is refused is made three times, and not once more', async () => {
  let logins = 0;
  const port = await servers.start((socket, command, tag) => {
    if (command !== 'LOGIN') return false;
    logins++;
    socket.write(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n`);
    return true;
  });
  const mailbox = await fixture.mailbox({ port });
  await fixture.untilState(app, mailbox, 'stopped');
  // Several polls, and the lease of another process.
  await sleep(4_000);
  expect(logins).toBe(3);
});

it('a server that cannot be used is left alone for longer and longer', async () => {
  let looks = 0;
  const beside = await servers.start((_socket, command) => {
    if (command === 'SEARCH') looks++;
    return false;
  });
  const healthy = await fixture.mailbox({ port: beside });
  await waitUntil('a mailbox that is looked at each second', () => looks > 0);
  /** How often that one had been looked at, at each connection. */
  const connections: number[] = [];
  const port = await servers.start((socket, command) => {
    if (command !== 'CONNECT') return false;
    connections.push(looks);
    socket.end('* BYE not now\r\n');
    return true;
  });
  const mailbox = await fixture.mailbox({ port });
  await waitUntil('five connections', () => connections.length >= 5);
  const [first = 0, second = 0, , fourth = 0, fifth = 0] = connections;
  expect(fifth - fourth).toBeGreaterThan(second - first);
  await Promise.all([mailbox, healthy].map((each) => fixture.publish(each, { port: 9 })));
});

it('a server that asks to be left alone for long is, whatever it was asked, and its mailbox says so at once', async () => {
  let looks = 0;
  const beside = await servers.start((_socket, command) => {
    if (command === 'SEARCH') looks++;
    return false;
  });
  const healthy = await fixture.mailbox({ port: beside });
  const connections = { LOGIN: 0, EXAMINE: 0, FETCH: 0, SEARCH: 0 };
  const throttled = Object.keys(connections) as (keyof typeof connections)[];
  const mailboxes: TestMailbox[] = [];
  for (const command of throttled) {
    const port = await servers.start((socket, sent, tag) => {
      if (sent === 'CONNECT') connections[command]++;
      if (sent !== command) return false;
      socket.write(`${tag} BAD Request is throttled. Suggested Backoff Time: 1800000 milliseconds\r\n`);
      return true;
    });
    mailboxes.push(await fixture.mailbox({ port, wanted: ['mailbox.unhealthy'] }));
  }
  for (const mailbox of mailboxes) {
    const { error } = await fixture.untilState(app, mailbox, 'unhealthy');
    expect(error).toContain('left alone for 1800 s');
    const subject = { organisation_id: mailbox.organisationId };
    const told = await waitUntil('subscribers to be notified', async () => {
      const events = await fixture.bus.readSubject(EventOccurred, subject);
      return events.length > 0 ? events : null;
    });
    expect(told.map(({ payload }) => payload.data.error)).toEqual([error]);
  }
  // Meanwhile others are looked at, each second.
  const before = looks;
  await waitUntil('some more looks', () => looks >= before + 5);
  expect(connections).toEqual({ LOGIN: 1, EXAMINE: 1, FETCH: 1, SEARCH: 1 });
  await Promise.all([...mailboxes, healthy].map((each) => fixture.publish(each, { port: 9 })));
});

it('who has lost the lease of a mailbox writes nothing of it any more', async () => {
  const other = await fixture.start();
  const [one, two] = [app, other].map((service) => service.get(MailboxCursorsRepository)) as [
    MailboxCursorsRepository,
    MailboxCursorsRepository,
  ];
  const mailbox = { id: newId('mailbox'), organisationId: 'org_fenced' } as Mailbox;
  const first = await one.take(mailbox, 200);
  expect(await two.take(mailbox, 60_000)).toBeNull();
  const second = await waitUntil('its end', () => two.take(mailbox, 60_000));
  expect(second.lease.fence).toBeGreaterThan(first?.lease.fence ?? Infinity);
  await expect(one.write(first!.lease, { error: 'late' })).rejects.toThrow('Another process');
  await expect(one.renew(first!.lease, 60_000)).rejects.toThrow('Another process');
  await one.release(first!.lease);
  expect(await one.take(mailbox, 60_000)).toBeNull();

  // Of one process too, which had it before and has it again.
  const again = await two.take(mailbox, 60_000);
  await expect(two.write(second.lease, { error: 'late' })).rejects.toThrow('Another process');
  await two.write(again!.lease, { error: 'in time' });
  expect((await two.find(mailbox.organisationId, [mailbox.id]))[0]).toMatchObject({ error: 'in time' });
  await fixture.end(other);
});

it('a lease that cannot be kept for as long as it lasts is given up, and taken again once it can', async () => {
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  const cursors = app.get(MailboxCursorsRepository);
  const renew = jest.spyOn(cursors, 'renew').mockRejectedValue(new AppError('SERVICE_UNAVAILABLE'));
  const release = jest.spyOn(cursors, 'release');
  const isGivenUp = () => release.mock.calls.some(([lease]) => lease.mailbox.id === mailbox.id);
  await waitUntil('it to be given up', isGivenUp);
  renew.mockRestore();
  release.mockRestore();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'After that'));
  await fixture.untilStarted(mailbox, 1);
});

it('a lease ends when it says, however the clock of who has it is set, and one that is ahead takes none before', async () => {
  const other = await fixture.start();
  const [ahead, right] = [app, other].map((service) => service.get(MailboxCursorsRepository)) as [
    MailboxCursorsRepository,
    MailboxCursorsRepository,
  ];
  const byClockAhead = async <T>(work: () => Promise<T>): Promise<T> => {
    const { now } = Date;
    const moved = jest.spyOn(Date, 'now').mockImplementation(() => now() + 60 * 60_000);
    return work().finally(() => moved.mockRestore());
  };
  const mailbox = { id: newId('mailbox'), organisationId: 'org_clocks' } as Mailbox;
  expect(await byClockAhead(() => ahead.take(mailbox, 200))).not.toBeNull();
  await waitUntil('its end', () => right.take(mailbox, 60_000));
  expect(await byClockAhead(() => ahead.take(mailbox, 60_000))).toBeNull();
  await fixture.end(other);
});

/** Starts the service anew, which is not to look by itself before the test is over. */
async function pollHourly(): Promise<void> {
  await fixture.end(app);
  app = await fixture.start({ MILLRACE_MAILBOX_POLL_SECONDS: '3600' });
}

it('a message that comes is noticed at once, and not at the next poll', async () => {
  await pollHourly();
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  for (let count = 1; count <= 3; count++) {
    fixture.deliver(mailbox, aMessage(mailbox.address, `Message ${count}`));
    await fixture.untilStarted(mailbox, count, 60_000);
  }
});

it('a line that has gone dead is given up when it has said nothing for long, and not at the next poll', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'silentMs', 2_000 as never);
  await pollHourly();
  const proxy = await TcpProxy.start(fixture.dovecot.url);
  const mailbox = await fixture.mailbox({ port: Number(new URL(proxy.url('imap')).port) });
  await fixture.untilState(app, mailbox, 'healthy');
  proxy.mute();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Over a dead line'));
  await fixture.untilStarted(mailbox, 1, 60_000);
  await proxy.stop();
  jest.restoreAllMocks();
});
