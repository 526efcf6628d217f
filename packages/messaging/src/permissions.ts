import { Drain, EventOccurred, Present, RecordProfile, RollCall, STREAMS } from '@millrace/contracts';
import { SERVICE_ACCESS, type ServiceAccess } from './service-access.js';
import { SNAPSHOT_STREAMS, snapshotBucketOf, snapshotPlaceOf } from './snapshot-buckets.js';
import {
  LARGEST_TOPOLOGY,
  LAYOUT_CHANGES,
  PAYLOAD_BUCKET,
  REPLY_BUCKET,
  SNAPSHOT_CHANGES,
  SNAPSHOT_PAYLOAD_BUCKET,
  type StreamSpec,
  type Topology,
} from './topology.js';

/**
 * Who may do what on the NATS server: one user for each service, all in one account. The server's configuration is generated from
 * the table in service-access.ts wherever it runs, so that a service which needs a new right fails in every test and not first in production.
 */

const { journal, timers, events, deadLetters, layout, files } = STREAMS;

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
          RollCall.pattern,
          // Sent by the operator alone.
          Drain.subject({ service: name }),
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
    // Everybody says of itself that it is there; processes of the release before do so without their service.
    Present.subject({ service: name, call_id: '*' }),
    'system.present.*',
    // Whoever takes a profile of it has that recorded first.
    RecordProfile.subject,
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
    ...(access.sets ?? []).map((kind) => `timer.set.${kind}.>`),
    ...(access.sets === undefined ? [] : [`$JS.API.STREAM.MSG.GET.${timers}`]),
    ...named(access.reads).flatMap(({ name: stream }) => [
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.>`,
    ]),
    ...named(access.removes ?? []).map(({ name: stream }) => `$JS.API.STREAM.PURGE.${stream}`),
    ...(access.tendsDeadLetters ? deadLetterSubjects() : []),
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

/** An object's chunks are read by direct gets, and it is deleted by purging them. */
function objectSubjects(bucket: string, write: boolean): string[] {
  const stream = `OBJ_${bucket}`;
  return [
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    ...(write ? [`$O.${bucket}.>`, `$JS.API.STREAM.PURGE.${stream}`] : []),
  ];
}

/** A timer that is due is put back as such; where it may be set is nobody's business here. */
function deadLetterSubjects(): string[] {
  return [
    `$JS.API.DIRECT.GET.${deadLetters}`,
    `$JS.API.STREAM.MSG.DELETE.${deadLetters}`,
    'timer.fire.>',
    'deliveries.send.>',
    'deliveries.note.>',
  ];
}

function fileSubjects(does: ServiceAccess['files']): string[] {
  if (does === undefined) return [];
  const reads = [`$JS.API.DIRECT.GET.${files}`, `$JS.API.DIRECT.GET.${files}.>`, `$JS.API.STREAM.MSG.GET.${files}`];
  return does === 'reads' ? reads : [...reads, 'files.>'];
}

function askersOf(subject: string | undefined): string[] {
  if (subject === undefined) return [];
  return Object.entries(SERVICE_ACCESS).flatMap(([name, { asks, asksOnly = [] }]) =>
    asks.includes(subject) || [...asksOnly, RecordProfile.subject].some((one) => one.startsWith(`${subject}.`))
      ? [name]
      : [],
  );
}

function isAmong(stream: StreamSpec, bases: readonly string[]): boolean {
  return bases.some((base) => stream.name === base || (base === journal && stream.name.startsWith(`${base}_`)));
}
