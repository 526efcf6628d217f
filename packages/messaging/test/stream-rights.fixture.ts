import { STREAMS } from '@millrace/contracts';
import { SERVICE_ACCESS, type ServiceAccess } from '../src/service-access.js';
import { SNAPSHOT_STREAMS, snapshotBucketOf } from '../src/snapshot-buckets.js';
import { LARGEST_TOPOLOGY, type ConsumerSpec } from '../src/topology.js';

/*
 * Everything that can be asked of the server about each stream and each consumer that there may be, and who may by the table of access: asked the other
 * way round than in permissions.ts, which is held against this.
 */

type Rights = [subject: string, users: readonly string[]];

const USERS = Object.keys(SERVICE_ACCESS);
const NOBODY: readonly string[] = [];
const { journal, timers, events, deadLetters, layout, files } = STREAMS;

const usersWith = (may: (access: ServiceAccess) => boolean | undefined): string[] =>
  Object.entries(SERVICE_ACCESS).flatMap(([user, access]) => (may(access) ? [user] : []));

/** Whether a stream is among those of these names, of which one stands for all of the journal. */
const isOf = (stream: string, bases: readonly string[] = []): boolean =>
  bases.includes(stream) || (bases.includes(journal) && stream.startsWith(`${journal}_`));

const writesSnapshots = ({ writes }: ServiceAccess): boolean => SNAPSHOT_STREAMS.every((one) => writes.includes(one));

/** Whoever stores large payloads deletes them; those of snapshots only who writes these. */
const deletesObjects = (stream: string, access: ServiceAccess): boolean =>
  stream.startsWith('OBJ_') && (stream !== 'OBJ_snapshot_payloads' || writesSnapshots(access));

function looksUp(
  stream: string,
  { writes, looksUp: others, notes, announces, sets, files: use }: ServiceAccess,
): boolean {
  if (stream === layout || stream.startsWith('OBJ_') || isOf(stream, writes) || isOf(stream, others)) return true;
  if (stream === events) return notes !== undefined || announces === true;
  return (stream === timers && sets !== undefined) || (stream === files && use !== undefined);
}

/** Reads any subject of a stream. */
const readsAll = (stream: string, access: ServiceAccess): boolean =>
  isOf(stream, access.reads) ||
  (stream === files && access.files !== undefined) ||
  (SNAPSHOT_STREAMS.includes(stream) && writesSnapshots(access));

/** Reads messages by their numbers, which those do too who list a stream, read objects or look after dead letters. */
const readsByNumber = (stream: string, access: ServiceAccess): boolean =>
  readsAll(stream, access) ||
  stream.startsWith('OBJ_') ||
  (stream === deadLetters && access.tendsDeadLetters === true) ||
  (access.lists ?? []).some((kind) => snapshotBucketOf(kind).stream === stream);

function ofStream(stream: string): Rights[] {
  const creators = usersWith(({ creates }) => isOf(stream, creates));
  const api = (verb: string, users: readonly string[]): Rights => [`$JS.API.STREAM.${verb}.${stream}`, users];
  return [
    api('INFO', USERS),
    api('CREATE', creators),
    api('UPDATE', creators),
    // A journal stream goes when it is drained.
    api('DELETE', stream.startsWith(`${journal}_`) ? creators : NOBODY),
    api(
      'PURGE',
      usersWith((access) => isOf(stream, access.removes) || deletesObjects(stream, access)),
    ),
    api(
      'MSG.GET',
      usersWith((access) => looksUp(stream, access)),
    ),
    api(
      'MSG.DELETE',
      usersWith((access) => stream === deadLetters && access.tendsDeadLetters),
    ),
    ...['SNAPSHOT', 'RESTORE', 'LEADER.STEPDOWN', 'PEER.REMOVE'].map((verb) => api(verb, NOBODY)),
    [`$JS.API.DIRECT.GET.${stream}`, usersWith((access) => readsByNumber(stream, access))],
    [`$JS.API.DIRECT.GET.${stream}.x`, usersWith((access) => readsAll(stream, access))],
    [`$JS.SNAPSHOT.ACK.${stream}.x`, NOBODY],
    [`$JS.API.CONSUMER.LIST.${stream}`, NOBODY],
    [`$JS.API.CONSUMER.NAMES.${stream}`, NOBODY],
    [`$JS.API.CONSUMER.CREATE.${stream}`, NOBODY],
    [`$JS.API.CONSUMER.CREATE.${stream}.spy`, NOBODY],
    [`$JS.API.CONSUMER.CREATE.${stream}.spy.x`, NOBODY],
  ];
}

function ofConsumer({ stream, name, group }: ConsumerSpec): Rights[] {
  const of = `${stream}.${name}`;
  const api = (verb: string, users: readonly string[], end = ''): Rights => [
    `$JS.API.CONSUMER.${verb}.${of}${end}`,
    users,
  ];
  return [
    api('INFO', USERS),
    api('CREATE', [group]),
    api('CREATE', [group], '.x'),
    api('DELETE', [group]),
    api('MSG.NEXT', [group]),
    ...['DURABLE.CREATE', 'PAUSE', 'RESET', 'UNPIN', 'LEADER.STEPDOWN'].map((verb) => api(verb, NOBODY)),
    [`$JS.ACK.${of}.1.1.1.1.0`, [group]],
    [`$JS.ACK.domain.hash.${of}.1.1.1.1.0.x`, [group]],
    [`$JS.FC.${of}.x`, NOBODY],
  ];
}

/** Who may append to each journal stream. */
const ofJournal = (stream: string, subjects: readonly string[]): Rights[] =>
  stream.startsWith(`${journal}_`)
    ? subjects.map((subject) => [
        subject.replace('>', 'org_1.exec_1'),
        usersWith(({ writes }) => writes.includes(journal)),
      ])
    : [];

export const STREAM_RIGHTS: readonly Rights[] = [
  ['$JS.API.INFO', USERS],
  ['$JS.API.STREAM.NAMES', NOBODY],
  ['$JS.API.STREAM.LIST', NOBODY],
  ['$JS.API.STREAM.CREATE.SPY', NOBODY],
  ['$JS.API.ACCOUNT.PURGE.x', NOBODY],
  ['$JS.API.META.LEADER.STEPDOWN', NOBODY],
  ...LARGEST_TOPOLOGY.streams.flatMap(({ name, subjects }) => [...ofStream(name), ...ofJournal(name, subjects)]),
  ...LARGEST_TOPOLOGY.consumers.flatMap(ofConsumer),
];
