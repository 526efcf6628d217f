import { LISTED_SNAPSHOTS } from '@millrace/contracts';

/**
 * The key-value buckets of snapshots. The server can limit a read of one key to some kinds, but not a list: whoever lists a kind may
 * read its whole bucket. So the kinds that a service lists are in a bucket of that service's own, and nobody but their writer can list the rest,
 * among them the hashes of tokens and the sealed secrets of all organisations.
 */

/** The bucket of what is read key by key. */
const KEYED = 'definitions';
/** The buckets of what is listed, and the kinds in each: a kind is the first token of a key. */
const LISTED_BUCKETS = Object.entries<readonly { readonly name: string }[]>(LISTED_SNAPSHOTS).map(([first, kinds]) => ({
  bucket: `${first}_triggers`,
  metaKind: `${first}_meta`,
  kinds: kinds.map(({ name }) => name),
}));

const LISTED: ReadonlyMap<string, string> = new Map(
  LISTED_BUCKETS.flatMap(({ bucket, metaKind, kinds }) => [...kinds, metaKind].map((kind) => [kind, bucket] as const)),
);

/** A kind of each bucket for what the writer notes about the bucket itself. */
export const SNAPSHOT_META_KINDS: readonly string[] = ['meta', ...LISTED_BUCKETS.map(({ metaKind }) => metaKind)];

/** A bucket of snapshots, and the stream that it is on the server. */
export interface SnapshotBucket {
  readonly bucket: string;
  readonly stream: string;
}

/** All of them. */
export const SNAPSHOT_BUCKETS: readonly SnapshotBucket[] = [KEYED, ...LISTED_BUCKETS.map(({ bucket }) => bucket)].map(
  named,
);
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
