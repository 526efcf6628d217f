import { SNAPSHOT_BUCKETS, SNAPSHOT_META_KINDS, snapshotBucketOf, snapshotPlaceOf } from './snapshot-buckets.js';

test('each bucket has a kind for notes about itself', () => {
  expect(SNAPSHOT_META_KINDS.map(snapshotBucketOf)).toEqual(SNAPSHOT_BUCKETS);
});

test('what is secret is in the bucket that no other service than its writer lists', () => {
  for (const kind of ['secrets', 'token', 'mail_senders', 'variables', 'a_kind_of_tomorrow'])
    expect(snapshotPlaceOf(`${kind}.x`)).toEqual({ stream: 'KV_definitions', subject: `$KV.definitions.${kind}.x` });
});
