import {
  CancelExecution,
  CreditsNoted,
  DisableEventSubscription,
  EventOccurred,
  ExecutionAnswered,
  ExecutionFinished,
  ExecutionNudged,
  ReadReused,
  RecordSecretUses,
  RecordWorkflowRuns,
  RunBackfill,
  STREAMS,
} from '@millrace/contracts';
import {
  ALONE_STREAM,
  CREDITS_STREAM,
  IDEMPOTENCY_STREAM,
  LARGEST_TOPOLOGY,
  LAYOUT_CHANGES,
  PAYLOAD_BUCKET,
  REPLY_BUCKET,
  SCHEDULES_STREAM,
  SLOTS_STREAM,
  SNAPSHOT_CHANGES,
  SNAPSHOT_PAYLOAD_BUCKET,
  type StreamSpec,
  type Topology,
} from './topology.js';
import { FOLLOWED } from './followed-messages.js';
import { fileSubjects, objectSubjects } from './permission-subjects.js';
import { SNAPSHOT_STREAMS, snapshotBucketOf, snapshotPlaceOf } from './snapshot-buckets.js';

/**
 * Who may do what on the NATS server: one user for each service, all in one account. The server's configuration is generated from
 * this table wherever it runs, so that a service which needs a new right fails in every test and not first in production.
 */

/** What one service needs. Streams are named by their base: `JOURNAL` stands for all its shards. Consumers follow from `group` in topology.ts. */
interface ServiceAccess {
  /** First tokens of the subjects of its requests; their subjects begin with the service that replies. */
  readonly asks: readonly string[];
  /** Single questions that it may ask of a service, where it has no business with the others. */
  readonly asksOnly?: readonly string[];
  /** First token of the questions it replies to. */
  readonly replies?: string;
  /** Streams whose existence is its business: it creates them and changes their settings. Each stream has exactly one such service. */
  readonly creates: readonly string[];
  /** Streams that it appends to; it may also look up what it stored there. */
  readonly writes: readonly string[];
  /** Messages that it publishes to the stream of events, by their patterns. */
  readonly notes?: readonly string[];
  /** Streams in which it looks up what others have stored, as their leaders have it. */
  readonly looksUp?: readonly string[];
  /** Whether it announces what happens in it, for subscribers: nothing else that is in the stream of events. */
  readonly announces?: true;
  /** Timers that it sets, by the kind in their subjects. */
  readonly sets?: string;
  /** Streams whose subjects it reads. */
  readonly reads: readonly string[];
  /** Streams that it removes messages from, by purging their subjects. */
  readonly removes?: readonly string[];
  /** What it does with files. Their content may not have reached each replica when it is read, so that the leader is asked too. */
  readonly files?: 'reads' | 'writes';
  /** Subjects of messages that it hears of as they are published, without a consumer. */
  readonly hears?: readonly string[];
  /** Notices that it tells others, by their patterns. */
  readonly tells?: readonly string[];
  /** Kinds of snapshots that it reads, by the first token of their keys. The one who writes them reads all. */
  readonly snapshots: readonly string[];
  /** Those of them that it lists: it may read the whole buckets that they are in; see snapshot-buckets.ts. */
  readonly lists?: readonly string[];
}

const { runs, journal, timers, events, deliveries, deadLetters, layout, files } = STREAMS;
const PAYLOADS = `OBJ_${PAYLOAD_BUCKET}`;
const REPLIES = `OBJ_${REPLY_BUCKET}`;
const SNAPSHOT_PAYLOADS = `OBJ_${SNAPSHOT_PAYLOAD_BUCKET}`;
/** Whether anybody wants to hear of events. */
const EVENTS_WANTED = ['event_types', 'event_watch'];

/** The services by the names that they have on the server. */
export const SERVICE_ACCESS: Readonly<Record<string, ServiceAccess>> = {
  gateway: {
    asks: ['definitions', 'history', 'webhooks', 'scheduler', 'mail', 'executor'],
    creates: [IDEMPOTENCY_STREAM],
    writes: [runs, IDEMPOTENCY_STREAM],
    // How many keys an organisation has; what streams of events tell.
    reads: [IDEMPOTENCY_STREAM, events],
    files: 'reads',
    // Whether there is anything left to spend on models.
    looksUp: [CREDITS_STREAM],
    // Starts wait for the end of their executions. Streams of events are told where something is stored, and no more.
    hears: [ExecutionFinished.pattern, ExecutionAnswered.pattern, ...FOLLOWED],
    snapshots: ['active', 'version', 'webhook', 'token', 'organisation'],
  },
  'webhook-dispatcher': {
    asks: [],
    asksOnly: [DisableEventSubscription.subject, RecordSecretUses.subject],
    replies: 'webhooks',
    creates: [deliveries],
    // Deliveries that it has seen, and how many keys an organisation has.
    writes: [runs, IDEMPOTENCY_STREAM, deliveries],
    announces: true,
    sets: 'deliveries',
    reads: [IDEMPOTENCY_STREAM],
    // What calls bring that is no value.
    files: 'writes',
    snapshots: ['active', 'version', 'webhook', 'secrets', 'organisation', 'event_subscriptions', ...EVENTS_WANTED],
  },
  scheduler: {
    // Whether an execution still goes on.
    asks: ['history'],
    replies: 'scheduler',
    creates: [SCHEDULES_STREAM],
    writes: [runs, SCHEDULES_STREAM],
    announces: true,
    reads: [SCHEDULES_STREAM],
    snapshots: ['active', 'version', 'schedule', 'organisation', ...EVENTS_WANTED],
    lists: ['schedule'],
  },
  definitions: {
    asks: [],
    // Jobs start what is over by schedules.
    asksOnly: [RunBackfill.subject],
    replies: 'definitions',
    creates: [...SNAPSHOT_STREAMS, PAYLOADS, REPLIES, SNAPSHOT_PAYLOADS, CREDITS_STREAM],
    writes: [...SNAPSHOT_STREAMS, CREDITS_STREAM],
    announces: true,
    reads: [],
    snapshots: [],
  },
  executor: {
    asks: [],
    // Children of an execution that nobody waits for any more; what one takes over that retries or replays another.
    asksOnly: [RecordSecretUses.subject, CancelExecution.subject, ReadReused.subject],
    replies: 'executor',
    creates: [runs, timers, SLOTS_STREAM],
    // That the journal of an execution has something for who runs it.
    hears: [ExecutionNudged.pattern],
    // Who appends to the journal decides first, in the layout, which stream new executions use. It also lends lanes.
    writes: [runs, journal, deadLetters, layout, SLOTS_STREAM, CREDITS_STREAM],
    notes: [CreditsNoted.pattern],
    removes: [SLOTS_STREAM],
    sets: 'executions',
    // Who waits for a response or an end; who runs the parent of an execution that has ended.
    tells: [ExecutionAnswered.pattern, ExecutionNudged.pattern],
    // Whether an execution is woken already.
    reads: [runs, journal],
    files: 'writes',
    snapshots: ['active', 'version', 'organisation', 'secrets', 'variables', 'mail_senders', 'ai_providers'],
  },
  'email-ingest': {
    asks: [],
    replies: 'mail',
    creates: [],
    writes: [runs],
    announces: true,
    reads: [],
    // Attachments.
    files: 'writes',
    snapshots: ['active', 'version', 'organisation', 'mailboxes', 'email', ...EVENTS_WANTED],
    lists: ['mailboxes', 'email'],
  },
  history: {
    asks: [],
    // It reports when workflows last ran.
    asksOnly: [RecordWorkflowRuns.subject],
    replies: 'history',
    creates: [journal, layout, events, deadLetters, files, 'ADVISORIES', ALONE_STREAM],
    // A finished execution leaves the journal once its record is written: an end marker replaces its entries.
    // What is asked of a suspended execution wakes it.
    writes: [runs, journal, layout, events, deadLetters, ALONE_STREAM],
    reads: [runs, journal, events, ALONE_STREAM],
    // It removes them with the record of their execution.
    files: 'writes',
    // What a step was given, and what a replay does, is worked out from the workflow's version.
    snapshots: ['version', 'active', ...EVENTS_WANTED],
  },
};

/** A user of the NATS server in the words of its configuration; the password is added by the code that writes that file. */
export interface NatsUser {
  readonly user: string;
  readonly permissions: {
    readonly publish: { readonly allow: readonly string[] };
    readonly subscribe: { readonly allow: readonly string[] };
  };
}

/** The start of the subjects on which a client gets its replies: its own, so that nobody else may listen to them. */
export function inboxPrefix(name: string): string {
  return `_INBOX.${name}`;
}

/** The users of all services, least rights each. */
export function natsUsers(topology: Topology = LARGEST_TOPOLOGY): NatsUser[] {
  return Object.entries(SERVICE_ACCESS).map(([name, access]) => ({
    user: name,
    permissions: {
      publish: { allow: [...new Set(publishSubjects(name, access, topology))] },
      subscribe: {
        allow: [
          `${inboxPrefix(name)}.>`,
          `${SNAPSHOT_CHANGES}.>`,
          `${LAYOUT_CHANGES}.>`,
          ...(access.hears ?? []),
          ...(access.replies === undefined ? [] : [`${access.replies}.>`]),
        ],
      },
    },
  }));
}

function publishSubjects(name: string, access: ServiceAccess, topology: Topology): string[] {
  const named = (bases: readonly string[]) => topology.streams.filter((stream) => isAmong(stream, bases));
  const writesSnapshots = SNAPSHOT_STREAMS.every((stream) => access.writes.includes(stream));
  return [
    ...access.asks.map((service) => `${service}.>`),
    ...(access.asksOnly ?? []),
    ...(access.tells ?? []),
    ...askersOf(access.replies).map((asker) => `${inboxPrefix(asker)}.>`),
    // Asked by the client before it opens an object store; the reply is the account's usage in numbers.
    '$JS.API.INFO',
    ...topology.streams.map((stream) => `$JS.API.STREAM.INFO.${stream.name}`),
    // Everybody has to know which streams the journal has.
    `$JS.API.STREAM.MSG.GET.${layout}`,
    // A journal stream goes when it is drained, and nothing else does.
    ...named(access.creates.filter((base) => base === journal)).map(
      ({ name: drained }) => `$JS.API.STREAM.DELETE.${drained}`,
    ),
    ...named(access.creates).flatMap(({ name: stream }) => [
      `$JS.API.STREAM.CREATE.${stream}`,
      `$JS.API.STREAM.UPDATE.${stream}`,
    ]),
    ...named(access.writes).flatMap((stream) => [...stream.subjects, `$JS.API.STREAM.MSG.GET.${stream.name}`]),
    ...named(access.looksUp ?? []).map((stream) => `$JS.API.STREAM.MSG.GET.${stream.name}`),
    ...(access.notes === undefined ? [] : [...access.notes, `$JS.API.STREAM.MSG.GET.${events}`]),
    ...(access.announces ? [EventOccurred.pattern, `$JS.API.STREAM.MSG.GET.${events}`] : []),
    ...(access.sets === undefined ? [] : [`timer.set.${access.sets}.>`, `$JS.API.STREAM.MSG.GET.${timers}`]),
    ...named(access.reads).flatMap(({ name: stream }) => [
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.>`,
    ]),
    ...(access.removes ?? []).map((stream) => `$JS.API.STREAM.PURGE.${stream}`),
    ...fileSubjects(access.files),
    ...(writesSnapshots ? allSnapshots() : snapshotSubjects(access)),
    ...consumerSubjects(name, topology),
    // Any message may be too large to travel in one piece, so everybody stores and reads payloads, and deletes those it is done with.
    ...objectSubjects(PAYLOAD_BUCKET, true),
    ...objectSubjects(REPLY_BUCKET, true),
    ...objectSubjects(SNAPSHOT_PAYLOAD_BUCKET, writesSnapshots),
  ];
}

/** Their writer compares all of them with what they are made of. */
function allSnapshots(): string[] {
  return SNAPSHOT_STREAMS.flatMap((stream) => [`$JS.API.DIRECT.GET.${stream}`, `$JS.API.DIRECT.GET.${stream}.>`]);
}

function snapshotSubjects({ snapshots, lists = [] }: ServiceAccess): string[] {
  const keyed = snapshots.map((kind) => snapshotPlaceOf(`${kind}.>`));
  return [
    ...keyed.map(({ stream, subject }) => `$JS.API.DIRECT.GET.${stream}.${subject}`),
    ...lists.map((kind) => `$JS.API.DIRECT.GET.${snapshotBucketOf(kind).stream}`),
  ];
}

function consumerSubjects(name: string, topology: Topology): string[] {
  return topology.consumers.flatMap(({ stream, name: consumer, group }) => {
    const of = `${stream}.${consumer}`;
    const info = `$JS.API.CONSUMER.INFO.${of}`;
    if (group !== name) return [info];
    return [
      info,
      `$JS.API.CONSUMER.DELETE.${of}`,
      `$JS.API.CONSUMER.CREATE.${of}`,
      `$JS.API.CONSUMER.CREATE.${of}.>`,
      `$JS.API.CONSUMER.MSG.NEXT.${of}`,
      `$JS.ACK.${of}.>`,
      // With a domain and the account's hash in front, as newer servers may have it.
      `$JS.ACK.*.*.${of}.>`,
    ];
  });
}

function askersOf(subject: string | undefined): string[] {
  if (subject === undefined) return [];
  return Object.entries(SERVICE_ACCESS).flatMap(([name, { asks, asksOnly = [] }]) =>
    asks.includes(subject) || asksOnly.some((question) => question.startsWith(`${subject}.`)) ? [name] : [],
  );
}

function isAmong(stream: StreamSpec, bases: readonly string[]): boolean {
  return bases.some((base) => stream.name === base || (base === journal && stream.name.startsWith(`${base}_`)));
}
