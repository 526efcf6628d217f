import { STREAMS } from '@millrace/contracts';
import { SERVICE_ACCESS } from './service-access.js';
import { SNAPSHOT_STREAMS } from './snapshot-buckets.js';
import { PAYLOAD_BUCKET, REPLY_BUCKET, SNAPSHOT_PAYLOAD_BUCKET, type StreamSpec, type Topology } from './topology.js';

const { journal, timers, events, deadLetters, layout, files } = STREAMS;
/** Everybody looks up in which journal stream an execution is, and any message may be too large to travel in one piece. */
const OF_ALL = [layout, ...[PAYLOAD_BUCKET, REPLY_BUCKET, SNAPSHOT_PAYLOAD_BUCKET].map((bucket) => `OBJ_${bucket}`)];

/**
 * Which streams a service does something with, by its name on the server; all of them for one that service-access.ts does not know. It starts
 * without the others: during an upgrade one that is new may be created by a service that is replaced later.
 */
export function streamsNeededBy(name: string, { consumers }: Topology): (stream: StreamSpec) => boolean {
  const access = SERVICE_ACCESS[name];
  if (access === undefined) return () => true;
  const bases = new Set([
    ...OF_ALL,
    ...[access.creates, access.writes, access.reads, access.looksUp ?? [], access.removes ?? []].flat(),
    ...(access.sets === undefined ? [] : [timers]),
    ...((access.notes ?? access.announces) ? [events] : []),
    ...(access.tendsDeadLetters ? [deadLetters] : []),
    ...(access.files === undefined ? [] : [files]),
    ...(access.snapshots.length > 0 ? SNAPSHOT_STREAMS : []),
    ...consumers.filter(({ group }) => group === name).map(({ stream }) => stream),
  ]);
  return ({ name: stream }) => bases.has(stream) || (bases.has(journal) && stream.startsWith(`${journal}_`));
}
