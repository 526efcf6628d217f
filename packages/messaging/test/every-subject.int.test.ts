import { connect, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { inboxPrefix, natsUsers } from '../src/permissions.js';
import { HEARERS, SENDERS, USERS } from './expected-rights.fixture.js';
import { STREAM_RIGHTS } from './stream-rights.fixture.js';

/* What a real server lets each user send and hear, subject by subject. It has no streams, so nothing comes of what is sent. */

let nats: OwnServer;
const connections: NatsConnection[] = [];
beforeAll(async () => {
  nats = await startNats({ users: natsUsers().map((user) => ({ ...user, password: `${user.user}-password` })) });
}, 60_000);
afterAll(async () => {
  await Promise.all(connections.map((one) => one.close()));
  await nats.stop();
});

/** A connection of a user, and what it is refused: the operation and its subject. */
async function connected(user: string): Promise<{ connection: NatsConnection; refused: Set<string> }> {
  const options = { user, pass: `${user}-password`, inboxPrefix: inboxPrefix(user) };
  const connection = await connect({ servers: nats.url, ...options });
  connections.push(connection);
  const refused = new Set<string>();
  const follow = async (): Promise<void> => {
    for await (const status of connection.status())
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        refused.add(`${status.error.operation} ${status.error.subject}`);
  };
  void follow();
  return { connection, refused };
}

type Table = readonly [subject: string, users: readonly string[]][];
const expectedOf = (table: Table, user: string): string[] =>
  table.flatMap(([subject, users]) => (users.includes(user) ? [subject] : []));

test.each(USERS)('%s may send and hear what it is to, and nothing else of all that is sent', async (user) => {
  const { connection, refused } = await connected(user);
  for (const [subject] of [...SENDERS, ...STREAM_RIGHTS]) connection.publish(subject, '{}');
  for (const [subject] of HEARERS) connection.subscribe(subject, { callback: () => undefined });
  // The server refuses what a connection sends in its order, and this to everybody.
  connection.publish('last', '{}');
  await waitUntil('all to be refused', () => refused.has('publish last'));
  const allowed = (table: Table, operation: string): string[] =>
    table.flatMap(([subject]) => (refused.has(`${operation} ${subject}`) ? [] : [subject]));
  expect(allowed(SENDERS, 'publish')).toEqual(expectedOf(SENDERS, user));
  expect(allowed(STREAM_RIGHTS, 'publish')).toEqual(expectedOf(STREAM_RIGHTS, user));
  expect(allowed(HEARERS, 'subscription')).toEqual(expectedOf(HEARERS, user));
});
