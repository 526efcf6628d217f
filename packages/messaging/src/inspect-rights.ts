import { setImmediate as nextTurn } from 'node:timers/promises';
import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { withDeadline } from './deadline.js';
import { connectToInspect, INSPECT_TIMEOUT_MS } from './inspect.js';
import { natsUsers } from './permissions.js';
import { SERVICE_ACCESS } from './service-access.js';

/** A token of a subject that nobody listens to. */
const NOBODYS = 'millrace-ops-looks';

/** Requests that change nothing, whatever is sent with them. */
const HARMLESS = /^\$JS\.API\.(INFO$|STREAM\.INFO\.|CONSUMER\.INFO\.)/;

/**
 * What the user of a service, by whose URL this connects, may not do on the server although this release needs it: subjects. Only what
 * changes nothing is tried: looks at streams and consumers, questions that nobody listens to, and listening itself. Throws an Error when
 * the server cannot be reached or does not know the user.
 */
export async function missingRights(url: string, service: string): Promise<string[]> {
  const needed = natsUsers().find(({ user }) => user === service)?.permissions;
  if (needed === undefined) throw new Error(`There is no service ${service} in this release`);
  const connection = await connectToInspect(url);
  const refused = new Set<string>();
  try {
    void noteRefusals(connection, refused);
    for (const subject of needed.subscribe.allow)
      connection.subscribe(subject, { callback: () => undefined }).unsubscribe();
    const looks = needed.publish.allow.filter((right) => HARMLESS.test(right));
    const questions = (SERVICE_ACCESS[service]?.asks ?? []).map((asked) => `${asked}.${NOBODYS}`);
    for (const subject of [...looks, ...questions])
      connection.publish(subject, '', { reply: `_INBOX.${service}.${NOBODYS}` });
    // The server replies in order: what it refuses it has said by then, and a turn later it is noted.
    await withDeadline(connection.flush(), INSPECT_TIMEOUT_MS, () => {
      throw new Error('NATS does not respond');
    });
    await nextTurn();
    return [...refused].map((subject) => subject.replace(`.${NOBODYS}`, '.>'));
  } finally {
    await connection.close();
  }
}

async function noteRefusals(connection: NatsConnection, refused: Set<string>): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'error' && status.error instanceof PermissionViolationError) refused.add(status.error.subject);
  }
}
