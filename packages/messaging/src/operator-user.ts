import { Drain, Present, RollCall, STREAMS } from '@millrace/contracts';
import { inboxPrefix, type NatsUser } from './permissions.js';
import { LARGEST_TOPOLOGY, type Topology } from './topology.js';

/** The name of the {@link operatorUser}. */
export const OPERATOR = 'operator';

/**
 * The user of people who look after the servers of a cluster: has the rights that the commands in `docs/` need and no others. It sees
 * how streams and consumers are, sets limits of streams, deletes consumers of the queue that a former release knows nothing of, and
 * makes and restores backups, in which everything is. It asks processes how they are, and drains them. It stores no message, takes none, and
 * deletes none.
 */
export function operatorUser(topology: Topology = LARGEST_TOPOLOGY): NatsUser {
  const streams = topology.streams.map(({ name }) => name);
  return {
    user: OPERATOR,
    permissions: {
      publish: {
        allow: [
          '$JS.API.INFO',
          '$JS.API.STREAM.NAMES',
          '$JS.API.STREAM.LIST',
          '$JS.API.STREAM.INFO.*',
          '$JS.API.CONSUMER.NAMES.*',
          '$JS.API.CONSUMER.LIST.*',
          '$JS.API.CONSUMER.INFO.*.*',
          `$JS.API.CONSUMER.DELETE.${STREAMS.runs}.*`,
          // With a limit this one would drop what is to wake executions.
          ...streams.filter((stream) => stream !== STREAMS.timers).map((stream) => `$JS.API.STREAM.UPDATE.${stream}`),
          '$JS.API.STREAM.SNAPSHOT.*',
          '$JS.SNAPSHOT.ACK.*.*',
          ...streams.map((stream) => `$JS.API.STREAM.RESTORE.${stream}`),
          '$JS.SNAPSHOT.RESTORE.*.*',
          RollCall.pattern,
          Drain.pattern,
        ],
      },
      subscribe: { allow: [`${inboxPrefix(OPERATOR)}.>`, Present.pattern] },
    },
  };
}
