import {
  JOURNAL_SHARDS,
  journalShardSubjects,
  RUN_LANES,
  runLaneSubjects,
  STREAMS,
  type StreamName,
} from '@millrace/contracts';

/**
 * Every stream, consumer and bucket on the server, as data. `ensureTopology` makes it so at boot; nothing else creates
 * any. Times are milliseconds here and become nanoseconds on the wire.
 */

/** A stream. Numbers are floors: what an operator has raised on the server is left as it is. */
export interface StreamSpec {
  readonly name: string;
  readonly description: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'workqueue';
  /** 0 keeps messages until they are consumed or deleted. */
  readonly maxAgeMs: number;
  /** How long a `Nats-Msg-Id` is remembered. */
  readonly duplicateWindowMs: number;
  /** Explicit, because servers since 2.15 have a default that `-1` does not lift. */
  readonly maxConsumers: number;
  readonly maxMessagesPerSubject?: number;
  /** Published again after it is stored, for listeners that need no history. */
  readonly republish?: { readonly src: string; readonly dest: string };
  /** Key-value and object buckets replace and purge by header. */
  readonly bucket?: 'key-value' | 'object';
  /** A message may replace all earlier ones of its subject, by header. Buckets always allow it. */
  readonly rollup?: boolean;
  /** At a limit of its size it refuses what is new. Without, it drops what is oldest, which must not happen to what only it holds. */
  readonly refusesWhenFull?: boolean;
  /** Messages may be set as timers: the server stores them on another subject of the stream once their time has come. */
  readonly schedules?: boolean;
  /** Blocks that are full are compressed (S2). A stream that was made without gets it with the server's next start. */
  readonly compressed?: boolean;
}

/** A durable pull consumer. `group` is the service that consumes; several consumers of one group and message are its lanes. */
export interface ConsumerSpec {
  readonly stream: string;
  readonly name: string;
  readonly group: string;
  /** Name of the message definition that it delivers. */
  readonly message: string;
  readonly filter: string;
  readonly ackWaitMs: number;
  /** Deliveries before the server gives up; -1 for no limit. */
  readonly maxDeliver: number;
  readonly maxAckPending: number;
}

/** All of it; a parameter of `connectBus`, so that tests can shorten times. */
export interface Topology {
  readonly streams: readonly StreamSpec[];
  readonly consumers: readonly ConsumerSpec[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** How long dead letters and large payloads are kept: longer than any message that refers to a payload. */
const PAYLOAD_AGE = 14 * DAY;

/** The key-value bucket of read-only snapshots. Changes come out on `snapshots.<key>` once they are stored. */
export const SNAPSHOT_BUCKET = 'definitions';
export const SNAPSHOT_STREAM = `KV_${SNAPSHOT_BUCKET}`;
export const SNAPSHOT_CHANGES = 'snapshots';

/** The object bucket of payloads above `LIMITS.inlinePayloadBytes`. */
export const PAYLOAD_BUCKET = 'payloads';

/** The same for replies to questions: read at once or never. */
export const REPLY_BUCKET = 'replies';

/** The same for snapshots, which do not expire. */
export const SNAPSHOT_PAYLOAD_BUCKET = 'snapshot_payloads';

/** Notes about messages that are worked on alone; see consume/death-notes.ts. */
export const ALONE_STREAM = 'ALONE';

const journals: StreamSpec[] = Array.from({ length: JOURNAL_SHARDS }, (_, shard) => ({
  name: `${STREAMS.journal}_${shard}`,
  description: 'The truth about executions: one subject for each, appended with the expected last sequence',
  subjects: [journalShardSubjects(shard)],
  retention: 'limits',
  maxAgeMs: 7 * DAY,
  duplicateWindowMs: 2 * MINUTE,
  maxConsumers: 64,
  // History replaces the entries of an execution whose record is written by a small end marker.
  rollup: true,
  compressed: true,
  refusesWhenFull: true,
}));

function objectBucket(name: string, description: string, maxAgeMs: number): StreamSpec {
  return {
    name: `OBJ_${name}`,
    description,
    subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
    retention: 'limits',
    maxAgeMs,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 1_000,
    bucket: 'object',
    compressed: true,
  };
}

const streams: StreamSpec[] = [
  {
    name: STREAMS.runs,
    description: 'Executions to start or to resume; a message leaves when its execution ends or waits',
    subjects: ['runs.>'],
    retention: 'workqueue',
    maxAgeMs: 0,
    duplicateWindowMs: 10 * MINUTE,
    maxConsumers: 256,
    refusesWhenFull: true,
  },
  ...journals,
  {
    name: STREAMS.timers,
    description:
      'Timers, each on its subject under timer.set; one that is due is stored under timer.fire until it is taken',
    subjects: ['timer.set.>', 'timer.fire.>'],
    // What is due leaves when it is acknowledged; no consumer takes what is still to come, so that it stays.
    retention: 'workqueue',
    maxAgeMs: 0,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 64,
    schedules: true,
  },
  {
    name: STREAMS.events,
    description: 'Lifecycle events of executions and workflows',
    subjects: ['events.>'],
    retention: 'limits',
    maxAgeMs: 7 * DAY,
    duplicateWindowMs: 10 * MINUTE,
    maxConsumers: 64,
    compressed: true,
  },
  {
    name: STREAMS.deadLetters,
    description: 'Messages that could not be processed, with the reason in the header Millrace-Reason',
    subjects: ['dlq.>'],
    retention: 'limits',
    maxAgeMs: PAYLOAD_AGE,
    duplicateWindowMs: 10 * MINUTE,
    maxConsumers: 16,
    compressed: true,
  },
  {
    name: 'ADVISORIES',
    description: 'Safety net: messages that the server gave up on, or that a consumer terminated',
    subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>', '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>'],
    retention: 'limits',
    maxAgeMs: PAYLOAD_AGE,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 16,
  },
  {
    name: ALONE_STREAM,
    description: 'How many processes died while they worked on a message alone: the last note of each counts',
    subjects: ['alone.>'],
    retention: 'limits',
    // As long as the journal, whose messages they are about.
    maxAgeMs: 7 * DAY,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 16,
    maxMessagesPerSubject: 1,
  },
  {
    name: SNAPSHOT_STREAM,
    description: 'Latest snapshots of workflow versions, triggers and tokens',
    subjects: [`$KV.${SNAPSHOT_BUCKET}.>`],
    retention: 'limits',
    maxAgeMs: 0,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 64,
    maxMessagesPerSubject: 1,
    republish: { src: `$KV.${SNAPSHOT_BUCKET}.>`, dest: `${SNAPSHOT_CHANGES}.>` },
    bucket: 'key-value',
  },
  objectBucket(PAYLOAD_BUCKET, 'Payloads too large for a message', PAYLOAD_AGE),
  // The caller deletes the reply, also one that comes too late; the age is for callers that died meanwhile.
  objectBucket(REPLY_BUCKET, 'Replies too large for a message', 5 * MINUTE),
  // As long as the snapshots that refer to them: an execution may still be pinned to a version years later.
  objectBucket(SNAPSHOT_PAYLOAD_BUCKET, 'Snapshots too large for a message', 0),
];

const executorLanes: ConsumerSpec[] = Array.from({ length: RUN_LANES }, (_, lane) => ({
  stream: STREAMS.runs,
  name: `executor-${lane}`,
  group: 'executor',
  message: 'RunRequested',
  filter: runLaneSubjects(lane),
  ackWaitMs: 30 * SECOND,
  // Deliveries have many reasons that are not the execution's (a full disk, a shutdown, its organisation's share): what
  // counts against it is in its journal, `LIMITS.executionLostRuns`.
  maxDeliver: -1,
  // Room for many executors and for what went back to wait: for a retry, or for its organisation's share of the slots. While
  // it lasts, a backlog does not hold up others in its lane.
  maxAckPending: 50_000,
}));

const executorTimers: ConsumerSpec = {
  stream: STREAMS.timers,
  name: 'executor',
  group: 'executor',
  message: 'ExecutionDue',
  filter: 'timer.fire.executions.>',
  ackWaitMs: 30 * SECOND,
  // A queue that is full or away must cost no execution its waking.
  maxDeliver: -1,
  maxAckPending: 4_000,
};

const historyShards: ConsumerSpec[] = journals.map((journal, shard) => ({
  stream: journal.name,
  name: 'history',
  group: 'history',
  message: 'JournalEntry',
  filter: journalShardSubjects(shard),
  ackWaitMs: 30 * SECOND,
  // A database that is away for an hour must cost no entry: only a poison entry is given up, by the batch runner.
  maxDeliver: -1,
  maxAckPending: 4_000,
}));

/** What this version of Millrace needs on the server. */
export const TOPOLOGY: Topology = { streams, consumers: [...executorLanes, executorTimers, ...historyShards] };

/** The same with another `ack_wait` for all consumers; unchanged without one. */
export function withAckWait(topology: Topology, ackWaitMs: number | undefined): Topology {
  if (ackWaitMs === undefined) return topology;
  return { ...topology, consumers: topology.consumers.map((consumer) => ({ ...consumer, ackWaitMs })) };
}

/** The stream that holds a subject of a message: the stream of its name, or the shard whose subjects it is among. */
export function streamOfSubject(topology: Topology, base: StreamName, subject: string): string {
  for (const stream of topology.streams) {
    if (stream.name === base) return base;
    if (
      stream.name.startsWith(`${base}_`) &&
      stream.subjects.some((pattern) => subject.startsWith(pattern.slice(0, -1)))
    ) {
      return stream.name;
    }
  }
  throw new Error(`topology.ts has no stream for subject ${subject} (message stream ${base}).`);
}
