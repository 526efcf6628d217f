/**
 * The key-value buckets of snapshots. The server can limit a read of one key to some kinds, but not a list: whoever lists a kind may
 * read its whole bucket. So the kinds that a service lists are in a bucket of that service's own, and nobody but their writer can list the rest,
 * among them the hashes of tokens and the sealed secrets of all organisations.
 */

/** The bucket of what is read key by key. */
const KEYED = 'definitions';
/** The buckets of the kinds that are listed, by the kind, which is the first token of a key. */
const LISTED: ReadonlyMap<string, string> = new Map([
  ['schedule', 'schedule_triggers'],
  ['schedule_meta', 'schedule_triggers'],
  ['mailboxes', 'mail_triggers'],
  ['email', 'mail_triggers'],
  ['mail_meta', 'mail_triggers'],
]);

/** A kind of each bucket for what the writer notes about the bucket itself. */
export const SNAPSHOT_META_KINDS = ['meta', 'schedule_meta', 'mail_meta'] as const;

/** A bucket of snapshots, and the stream that it is on the server. */
export interface SnapshotBucket {
  readonly bucket: string;
  readonly stream: string;
}

/** All of them. */
export const SNAPSHOT_BUCKETS: readonly SnapshotBucket[] = [KEYED, ...new Set(LISTED.values())].map(named);
export const SNAPSHOT_STREAMS: readonly string[] = SNAPSHOT_BUCKETS.map(({ stream }) => stream);

/** The bucket that has the snapshots of a kind. */
export function snapshotBucketOf(kind: string): SnapshotBucket {
  return named(LISTED.get(kind) ?? KEYED);
}

/** Where on the server the snapshot with a key is. */
export function snapshotPlaceOf(key: string): { readonly stream: string; readonly subject: string } {
  const { bucket, stream } = snapshotBucketOf(key.slice(0, key.indexOf('.')));
  return { stream, subject: `$KV.${bucket}.${key}` };
}

function named(bucket: string): SnapshotBucket {
  return { bucket, stream: `KV_${bucket}` };
}
