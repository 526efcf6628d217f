import { streamsNeededBy } from './needed-streams.js';
import { SERVICE_ACCESS } from './service-access.js';
import { LARGEST_TOPOLOGY } from './topology.js';

const neededBy = (name: string): string[] =>
  LARGEST_TOPOLOGY.streams.filter(streamsNeededBy(name, LARGEST_TOPOLOGY)).map((stream) => stream.name);

test('a service needs what it creates, reads, writes and consumes, and no stream of others', () => {
  expect(neededBy('gateway')).toEqual(expect.arrayContaining(['RUNS', 'KV_idempotency', 'KV_keys', 'KV_credits']));
  expect(neededBy('definitions')).not.toContain('KV_keys');
  expect(neededBy('history')).toEqual(expect.arrayContaining(['JOURNAL_0', 'JOURNAL_1', 'EVENTS', 'DLQ', 'FILES']));
  expect(neededBy('email-ingest')).not.toContain('JOURNAL_0');
  expect(neededBy('webhook-dispatcher')).toEqual(expect.arrayContaining(['DELIVERIES', 'TIMERS', 'EVENTS']));
});

test('each stream is needed by some service, and one that is not known needs all', () => {
  const names = LARGEST_TOPOLOGY.streams.map((stream) => stream.name);
  const needed = new Set(Object.keys(SERVICE_ACCESS).flatMap(neededBy));
  expect(names.filter((name) => !needed.has(name))).toEqual([]);
  expect(neededBy('another')).toEqual(names);
});
