import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventually } from './eventually.js';
import { readEndpoints } from './platform.js';

/** Takes everything out of the journals of these executions, as the age limit of their streams does after a week. */
export async function ageOut(executionIds: readonly string[]): Promise<void> {
  const { hostname, port, username: user, password: pass } = new URL(readEndpoints().servers.nats.url);
  const connection = await connect({ servers: `${hostname}:${port}`, user, pass });
  try {
    const manager = await jetstreamManager(connection);
    const names: string[] = [];
    for await (const name of manager.streams.names()) if (name.startsWith('JOURNAL_')) names.push(name);
    for (const name of names) {
      // The database has to have all of it: by age it has had a week for that.
      await eventually(`history has read ${name}`, async () => {
        const { num_pending, num_ack_pending } = await manager.consumers.info(name, 'history');
        return num_pending + num_ack_pending === 0 ? true : undefined;
      });
      for (const id of executionIds) await manager.streams.purge(name, { filter: `journal.*.*.${id}` });
    }
    for (const id of executionIds) await requireEmpty(id, names, manager);
  } finally {
    await connection.close();
  }
}

async function requireEmpty(
  id: string,
  names: readonly string[],
  manager: Awaited<ReturnType<typeof jetstreamManager>>,
): Promise<void> {
  for (const name of names) {
    const { state } = await manager.streams.info(name, { subjects_filter: `journal.*.*.${id}` });
    if (Object.keys(state.subjects ?? {}).length > 0) throw new Error(`The journal of ${id} is still in ${name}`);
  }
}
