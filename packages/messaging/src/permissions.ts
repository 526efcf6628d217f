import { ExecutionFinished, RecordWorkflowRuns, STREAMS } from '@millrace/contracts';
import {
  ALONE_STREAM,
  IDEMPOTENCY_STREAM,
  LARGEST_TOPOLOGY,
  LAYOUT_CHANGES,
  PAYLOAD_BUCKET,
  REPLY_BUCKET,
  SCHEDULES_STREAM,
  SNAPSHOT_BUCKET,
  SNAPSHOT_CHANGES,
  SNAPSHOT_PAYLOAD_BUCKET,
  SNAPSHOT_STREAM,
  type StreamSpec,
  type Topology,
} from './topology.js';

/**
 * Who may do what on the NATS server: one user for each service, all in one account. The server's configuration is generated from
 * this table wherever it runs, so that a service which needs a new right fails in every test and not first in production.
 */

/** What one service needs. Streams are named by their base: `JOURNAL` stands for all its shards. Consumers follow from `group` in topology.ts. */
interface ServiceAccess {
  /** First tokens of the subjects of its requests; their subjects begin with the service that replies. */
  readonly asks: readonly string[];
  /** Subjects of single requests, of services that it asks nothing else. */
  readonly asksOnly?: readonly string[];
  /** First token of the questions it replies to. */
  readonly replies?: string;
  /** Streams whose existence is its business: it creates them and changes their settings. Each stream has exactly one such service. */
  readonly creates: readonly string[];
  /** Streams that it appends to; it may also look up what it stored there. */
  readonly writes: readonly string[];
  /** Streams whose subjects it reads. */
  readonly reads: readonly string[];
  /** Subjects of messages that it hears of as they are published, without a consumer. */
  readonly hears?: readonly string[];
  /** Kinds of snapshots that it reads, by the first token of their keys. The one who writes them reads all. */
  readonly snapshots: readonly string[];
  /** It lists snapshots, which the server cannot allow for some of their kinds alone. Whatever is secret in them is sealed or a hash. */
  readonly listsSnapshots?: true;
}

const { runs, journal, timers, events, deadLetters, layout } = STREAMS;
const PAYLOADS = `OBJ_${PAYLOAD_BUCKET}`;
const REPLIES = `OBJ_${REPLY_BUCKET}`;
const SNAPSHOT_PAYLOADS = `OBJ_${SNAPSHOT_PAYLOAD_BUCKET}`;

/** The services by the names that they have on the server. */
export const SERVICE_ACCESS: Readonly<Record<string, ServiceAccess>> = {
  gateway: {
    asks: ['definitions', 'history', 'webhooks', 'scheduler', 'mail', 'executor'],
    creates: [IDEMPOTENCY_STREAM],
    writes: [runs, IDEMPOTENCY_STREAM],
    // How many keys an organisation has.
    reads: [IDEMPOTENCY_STREAM],
    // Starts wait for the end of their executions.
    hears: [ExecutionFinished.pattern],
    snapshots: ['active', 'version', 'webhook', 'token', 'organisation'],
  },
  'webhook-dispatcher': {
    asks: [],
    replies: 'webhooks',
    creates: [],
    // Deliveries that it has seen, and how many keys an organisation has.
    writes: [runs, IDEMPOTENCY_STREAM],
    reads: [IDEMPOTENCY_STREAM],
    snapshots: ['active', 'version', 'webhook', 'secrets', 'organisation'],
  },
  scheduler: {
    // Whether an execution still goes on.
    asks: ['history'],
    replies: 'scheduler',
    creates: [SCHEDULES_STREAM],
    writes: [runs, SCHEDULES_STREAM],
    // At its start it reads the snapshots of all schedules, and the server cannot limit such a read to one kind.
    reads: [SCHEDULES_STREAM, SNAPSHOT_STREAM],
    snapshots: ['active', 'version', 'schedule', 'organisation'],
  },
  definitions: {
    asks: [],
    replies: 'definitions',
    creates: [SNAPSHOT_STREAM, PAYLOADS, REPLIES, SNAPSHOT_PAYLOADS],
    writes: [SNAPSHOT_STREAM],
    reads: [],
    snapshots: [],
  },
  executor: {
    asks: [],
    replies: 'executor',
    creates: [runs, timers],
    // Who appends to the journal decides first, in the layout, which stream new executions use. It also lends lanes.
    writes: [runs, journal, timers, deadLetters, layout],
    reads: [journal],
    snapshots: ['version', 'secrets', 'variables', 'mail_senders'],
  },
  'email-ingest': {
    asks: [],
    replies: 'mail',
    creates: [],
    writes: [runs],
    reads: [],
    snapshots: ['active', 'version', 'organisation', 'mailboxes', 'email'],
    listsSnapshots: true,
  },
  history: {
    asks: [],
    // It reports when workflows last ran.
    asksOnly: [RecordWorkflowRuns.subject],
    replies: 'history',
    creates: [journal, layout, events, deadLetters, 'ADVISORIES', ALONE_STREAM],
    // A finished execution leaves the journal once its record is written: an end marker replaces its entries.
    writes: [journal, layout, events, deadLetters, ALONE_STREAM],
    reads: [runs, journal, events, ALONE_STREAM],
    // What a step was given is worked out from its workflow's version.
    snapshots: ['version'],
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
  const writesSnapshots = access.writes.includes(SNAPSHOT_STREAM);
  return [
    ...access.asks.map((service) => `${service}.>`),
    ...(access.asksOnly ?? []),
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
    ...named(access.reads).flatMap(({ name: stream }) => [
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.>`,
    ]),
    ...(writesSnapshots ? ['>'] : access.snapshots.map((kind) => `${kind}.>`)).map(
      (key) => `$JS.API.DIRECT.GET.${SNAPSHOT_STREAM}.$KV.${SNAPSHOT_BUCKET}.${key}`,
    ),
    // Its writer compares all of them with what they are made of; others look for what there is.
    ...(writesSnapshots || access.listsSnapshots ? [`$JS.API.DIRECT.GET.${SNAPSHOT_STREAM}`] : []),
    ...consumerSubjects(name, topology),
    // Any message may be too large to travel in one piece, so everybody stores and reads payloads, and deletes those it is done with.
    ...objectSubjects(PAYLOAD_BUCKET, true),
    ...objectSubjects(REPLY_BUCKET, true),
    ...objectSubjects(SNAPSHOT_PAYLOAD_BUCKET, writesSnapshots),
  ];
}

function consumerSubjects(name: string, topology: Topology): string[] {
  return topology.consumers.flatMap(({ stream, name: consumer, group, own }) => {
    const of = `${stream}.${consumer}`;
    const info = `$JS.API.CONSUMER.INFO.${of}`;
    if (group !== name) return [info];
    return [
      info,
      ...(own ? [`$JS.API.CONSUMER.DELETE.${of}`] : []),
      `$JS.API.CONSUMER.CREATE.${of}`,
      `$JS.API.CONSUMER.CREATE.${of}.>`,
      `$JS.API.CONSUMER.MSG.NEXT.${of}`,
      `$JS.ACK.${of}.>`,
      // With a domain and the account's hash in front, as newer servers may have it.
      `$JS.ACK.*.*.${of}.>`,
    ];
  });
}

/** An object's chunks are read by direct gets, and it is deleted by purging them. */
function objectSubjects(bucket: string, write: boolean): string[] {
  const stream = `OBJ_${bucket}`;
  return [
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    ...(write ? [`$O.${bucket}.>`, `$JS.API.STREAM.PURGE.${stream}`] : []),
  ];
}

function askersOf(subject: string | undefined): string[] {
  if (subject === undefined) return [];
  return Object.entries(SERVICE_ACCESS).flatMap(([name, { asks, asksOnly = [] }]) =>
    asks.includes(subject) || asksOnly.some((one) => one.startsWith(`${subject}.`)) ? [name] : [],
  );
}

function isAmong(stream: StreamSpec, bases: readonly string[]): boolean {
  return bases.some((base) => stream.name === base || (base === journal && stream.name.startsWith(`${base}_`)));
}
