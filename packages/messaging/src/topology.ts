import {
  CreditsNoted,
  EventDeliveryPutOff,
  EventOccurred,
  EventPutOff,
  ExecutionFinished,
  FIRST_JOURNAL_LAYOUT,
  JOURNAL_NUMBERS,
  journalNumberOf,
  LIMITS,
  STREAMS,
  type StreamName,
} from '@millrace/contracts';
import { objectBucket, recordBucket } from './bucket-streams.js';
import { journalNumbers, STORED, withJournals } from './journal-topology.js';
import { SHARED_LANES, withOwnLanes } from './lanes/lane-topology.js';
import { SNAPSHOT_BUCKETS, type SnapshotBucket } from './snapshot-buckets.js';
import type { ConsumerSpec, StreamSpec, Topology } from './stream-spec.js';

export type { ConsumerSpec, StreamSpec, Topology } from './stream-spec.js';

/**
 * Every stream, consumer and bucket on the server, as data. `ensureTopology` makes it so at boot; nothing else creates
 * any. Times are milliseconds here and become nanoseconds on the wire.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** How long dead letters and large payloads are kept: longer than any message that refers to a payload. */
const PAYLOAD_AGE = 14 * DAY;

/** That a read-only snapshot has changed comes out on `snapshots.<key>`, without its content, once it is stored. */
export const SNAPSHOT_CHANGES = 'snapshots';

/** The key-value bucket of what is known of `Idempotency-Key`s. */
export const IDEMPOTENCY_BUCKET = 'idempotency';
export const IDEMPOTENCY_STREAM = `KV_${IDEMPOTENCY_BUCKET}`;

/** The key-value bucket of how far each schedule has come. */
export const SCHEDULES_BUCKET = 'schedules';
export const SCHEDULES_STREAM = `KV_${SCHEDULES_BUCKET}`;

/** Which executions of a workflow may run at the same time. */
export const SLOTS_BUCKET = 'slots';
export const SLOTS_STREAM = `KV_${SLOTS_BUCKET}`;

/** What organisations may spend. */
export const CREDITS_BUCKET = 'credits';
export const CREDITS_STREAM = `KV_${CREDITS_BUCKET}`;

/** What ids that callers see are made with. */
export const KEYS_BUCKET = 'keys';
export const KEYS_STREAM = `KV_${KEYS_BUCKET}`;

/** The object bucket of payloads above `LIMITS.inlinePayloadBytes`. */
export const PAYLOAD_BUCKET = 'payloads';

/** The same for replies to questions: read at once or never. */
export const REPLY_BUCKET = 'replies';

/** The same for snapshots, which do not expire. */
export const SNAPSHOT_PAYLOAD_BUCKET = 'snapshot_payloads';

/** Notes about messages that are worked on alone; see consume/death-notes.ts. */
export const ALONE_STREAM = 'ALONE';

/** The records of the journal's streams and of own lanes are stored here, and published again for everybody who runs. */
export const JOURNAL_LAYOUT_SUBJECT = 'layout.journal';
export const OWN_LANES_SUBJECT = 'layout.lanes';
export const LAYOUT_CHANGES = 'layouts';
export const OWN_LANES_CHANGES = `${LAYOUT_CHANGES}.lanes`;

/**
 * A new journal layout begins with executions of this much later: for so long the present one is promised to whoever runs
 * executions, and each new promise is one message.
 */
export const JOURNAL_DECISION_MS = 30 * SECOND;

function snapshotBucket({ bucket, stream }: SnapshotBucket): StreamSpec {
  return {
    name: stream,
    description: 'Latest snapshots of what definitions owns',
    subjects: [`$KV.${bucket}.>`],
    retention: 'limits',
    maxAgeMs: 0,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 64,
    maxMessagesPerSubject: 1,
    // Everybody gets this, and reads only what it may.
    republish: { src: `$KV.${bucket}.>`, dest: `${SNAPSHOT_CHANGES}.>`, headers_only: true },
    bucket: 'key-value',
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
  {
    name: STREAMS.layout,
    description: 'Which journal streams there are and which executions use them, and who has a lane of its own',
    subjects: ['layout.>'],
    retention: 'limits',
    maxAgeMs: 0,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 16,
    maxMessagesPerSubject: 1,
    republish: { src: 'layout.>', dest: `${LAYOUT_CHANGES}.>` },
  },
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
    republish: STORED,
    retention: 'limits',
    maxAgeMs: 7 * DAY,
    duplicateWindowMs: 10 * MINUTE,
    maxConsumers: 64,
    compressed: true,
  },
  {
    name: STREAMS.deliveries,
    description: 'Events to be sent to who has subscribed to them, and notes of what became of them',
    subjects: ['deliveries.send.>', 'deliveries.note.>'],
    retention: 'workqueue',
    maxAgeMs: 0,
    duplicateWindowMs: 10 * MINUTE,
    maxConsumers: 16,
    refusesWhenFull: true,
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
    name: STREAMS.files,
    description: 'Files of executions: their content in pieces, and what is known of each',
    subjects: ['files.>'],
    retention: 'limits',
    maxAgeMs: LIMITS.fileMs,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 16,
    refusesWhenFull: true,
    // What is removed is replaced by an empty mark.
    rollup: true,
  },
  ...SNAPSHOT_BUCKETS.map(snapshotBucket),
  {
    name: IDEMPOTENCY_STREAM,
    description: 'What was asked under each Idempotency-Key, found by a hash of it',
    subjects: [`$KV.${IDEMPOTENCY_BUCKET}.>`],
    retention: 'limits',
    maxAgeMs: LIMITS.idempotencyKeyMs,
    duplicateWindowMs: 2 * MINUTE,
    maxConsumers: 16,
    maxMessages: LIMITS.idempotencyKeys,
    maxMessagesPerSubject: 1,
    // Which refuses what is new when it is full: a key that was taken must not be forgotten.
    bucket: 'key-value',
  },
  recordBucket(SCHEDULES_BUCKET, 'How far each schedule has come, written by compare-and-set'),
  recordBucket(SLOTS_BUCKET, 'Which executions of a workflow may run at the same time, written by compare-and-set'),
  recordBucket(CREDITS_BUCKET, 'What organisations may spend, written by compare-and-set'),
  recordBucket(KEYS_BUCKET, 'What ids that callers see are made with, written by compare-and-set'),
  objectBucket(PAYLOAD_BUCKET, 'Payloads too large for a message', PAYLOAD_AGE),
  // The caller deletes the reply, also one that comes too late; the age is for callers that died meanwhile.
  objectBucket(REPLY_BUCKET, 'Replies too large for a message', 5 * MINUTE),
  // As long as the snapshots that refer to them: an execution may still be pinned to a version years later.
  objectBucket(SNAPSHOT_PAYLOAD_BUCKET, 'Snapshots too large for a message', 0),
];

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

/** Subscribers are informed of events by it. */
const outbound: readonly ConsumerSpec[] = [
  { stream: STREAMS.events, name: 'outbound', message: 'ExecutionFinished', filter: ExecutionFinished.pattern },
  { stream: STREAMS.events, name: 'outbound_occurred', message: 'EventOccurred', filter: EventOccurred.pattern },
  { stream: STREAMS.timers, name: 'outbound', message: 'EventDeliveryDue', filter: 'timer.fire.deliveries.>' },
  { stream: STREAMS.timers, name: 'put_off', message: 'EventDeliveryPutOff', filter: EventDeliveryPutOff.pattern },
  { stream: STREAMS.timers, name: 'put_off_events', message: 'EventPutOff', filter: EventPutOff.pattern },
  { stream: STREAMS.deliveries, name: 'send', message: 'EventDeliveryRequested', filter: 'deliveries.send.>' },
  { stream: STREAMS.deliveries, name: 'note', message: 'EventDeliveryNoted', filter: 'deliveries.note.>' },
].map((spec) => ({
  ...spec,
  group: 'webhook-dispatcher',
  ackWaitMs: 30 * SECOND,
  // What is away, an endpoint or the database, comes back.
  maxDeliver: -1,
  maxAckPending: 10_000,
}));

/** Keeps the ledger of credits. */
const credits: ConsumerSpec = {
  stream: STREAMS.events,
  name: 'credits',
  group: 'definitions',
  message: 'CreditsNoted',
  filter: CreditsNoted.pattern,
  ackWaitMs: 30 * SECOND,
  // The database comes back.
  maxDeliver: -1,
  maxAckPending: 1_000,
};

/** What every installation has, whatever its layout. */
const COMMON: Topology = { streams, consumers: [...SHARED_LANES, executorTimers, ...outbound, credits] };

/** What this version of Millrace needs on a server that is new to it. */
export const TOPOLOGY: Topology = withJournals(COMMON, journalNumbers(FIRST_JOURNAL_LAYOUT));

/** The same with every journal stream and every own lane that there can be: what services are allowed never changes. */
export const LARGEST_TOPOLOGY: Topology = withJournals(
  withOwnLanes(COMMON),
  Array.from({ length: JOURNAL_NUMBERS }, (_, number) => number),
);

/** The same with another `ack_wait` for all consumers; unchanged without one. */
export function withAckWait(topology: Topology, ackWaitMs: number | undefined): Topology {
  if (ackWaitMs === undefined) return topology;
  return { ...topology, consumers: topology.consumers.map((consumer) => ({ ...consumer, ackWaitMs })) };
}

/** The stream that holds a subject of a message: the stream of its name, or the journal stream whose number is in the subject. */
export function streamOfSubject(base: StreamName, subject: string): string {
  return base === STREAMS.journal ? `${base}_${journalNumberOf(subject)}` : base;
}
