import { DeliverPolicy, type ConsumerConfig } from '@nats-io/jetstream';
import { consumerConfig, diffConsumer, streamConfig } from './topology-diff.js';
import {
  JournalEntry,
  LIMITS,
  newId,
  RunRequested,
  journalStreamOf,
  STREAMS,
  ExecutionFinished,
} from '@millrace/contracts';
import { SNAPSHOT_STREAMS } from './snapshot-buckets.js';
import { streamOfSubject, TOPOLOGY } from './topology.js';

test('every message has a stream, and a journal entry the one of its shard', () => {
  const organisation_id = 'org_1';
  for (let round = 0; round < 20; round++) {
    const address = { organisation_id, execution_id: newId('execution') };
    expect(streamOfSubject(STREAMS.journal, JournalEntry.subject(address))).toBe(
      `JOURNAL_${journalStreamOf(address.execution_id)}`,
    );
    expect(streamOfSubject(STREAMS.runs, RunRequested.subject(address))).toBe('RUNS');
  }
  expect(streamOfSubject(STREAMS.events, ExecutionFinished.subject({ organisation_id }))).toBe('EVENTS');
});

test('consumers are of streams that exist, and payloads outlive every message that refers to one', () => {
  const streams = new Map(TOPOLOGY.streams.map((stream) => [stream.name, stream]));
  for (const consumer of TOPOLOGY.consumers) expect(streams.has(consumer.stream)).toBe(true);
  const payloads = streams.get('OBJ_payloads')?.maxAgeMs ?? 0;
  for (const name of SNAPSHOT_STREAMS)
    expect(streams.get('OBJ_snapshot_payloads')?.maxAgeMs).toBe(streams.get(name)?.maxAgeMs);
  for (const name of ['JOURNAL_0', 'JOURNAL_1', 'EVENTS', 'DLQ']) {
    expect(streams.get(name)?.maxAgeMs).toBeGreaterThan(0);
    expect(streams.get(name)?.maxAgeMs).toBeLessThanOrEqual(payloads);
  }
});

test('the end of an execution stays in the journal for as long as its id must start nothing again', () => {
  expect(LIMITS.endMarkerMs).toBeGreaterThan(LIMITS.startOnceMs);
  for (const { name, maxAgeMs, expiring } of TOPOLOGY.streams.filter(({ name }) => name.startsWith(STREAMS.journal)))
    expect({ name, expiring, long: maxAgeMs > LIMITS.endMarkerMs }).toEqual({ name, expiring: true, long: true });
});

test('who finds nothing in the journal looks into the record hours before a marker can have gone', () => {
  expect(LIMITS.endMarkerMs - LIMITS.journalCertainMs).toBeGreaterThanOrEqual(6 * 3_600_000);
});

test('a key is forgotten before its execution may be started again, and never for want of room', () => {
  const bucket = TOPOLOGY.streams.find(({ name }) => name === 'KV_idempotency');
  expect(bucket?.maxAgeMs).toBeLessThanOrEqual(LIMITS.startOnceMs);
  expect(bucket && streamConfig(bucket, 1)).toMatchObject({ discard: 'new', max_msgs: LIMITS.idempotencyKeys });
});

test('a file goes by itself once nobody looks for files of its execution any more, and never for want of room', () => {
  const files = TOPOLOGY.streams.find(({ name }) => name === STREAMS.files);
  const max_age = LIMITS.fileMs * 1_000_000;
  expect(files && streamConfig(files, 1)).toMatchObject({ max_age, discard: 'new', allow_rollup_hdrs: true });
});

test('no consumer gives a message up by counting its deliveries, also one that an earlier release made', () => {
  for (const spec of TOPOLOGY.consumers) {
    expect({ name: spec.name, maxDeliver: spec.maxDeliver }).toEqual({ name: spec.name, maxDeliver: -1 });
    const wanted = consumerConfig(spec);
    const { update, unsafe } = diffConsumer(spec.stream, wanted, { ...wanted, max_deliver: 10 } as ConsumerConfig);
    expect({ update, unsafe }).toEqual({ update: { max_deliver: -1 }, unsafe: [] });
  }
});

test('a consumer that was made anew after a loss may begin later, and is otherwise compared', () => {
  const spec = TOPOLOGY.consumers.find(({ stream }) => stream === 'EVENTS')!;
  const wanted = consumerConfig(spec);
  const later = { ...wanted, deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: 7 } as ConsumerConfig;
  expect(diffConsumer(spec.stream, wanted, later)).toEqual({ update: {}, unsafe: [] });
  const newest = { ...wanted, deliver_policy: DeliverPolicy.New } as ConsumerConfig;
  expect(diffConsumer(spec.stream, wanted, newest).unsafe).toHaveLength(1);
});
