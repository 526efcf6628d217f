import type { ConsumerState, StreamState } from '@millrace/messaging';
import { deadLettersOf, queuesOf, timersOf, type QueueStates } from './system-queues.js';

const NOW = Date.parse('2026-11-27T09:00:00.000Z');
const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1_000);

const stream = (name: string, messages: number, oldest: number | null): StreamState => ({
  ...{ stream: name, messages, bytes: 10 * messages, lastSequence: messages },
  oldestAt: oldest === null ? null : secondsAgo(oldest),
});
const consumer = (name: string, waiting: number, underWay: number): ConsumerState => ({
  ...{ stream: name, consumer: 'c', waiting, underWay, redelivered: underWay > 0 ? 1 : 0 },
});
const queueOf = (states: QueueStates, name: string) => queuesOf(states, NOW).find(({ queue }) => queue === name);

test('lanes and shards are one queue, and a name that begins alike is another', () => {
  const streams = [stream('JOURNAL_0', 4, 10), stream('JOURNAL_12', 2, 70), stream('JOURNALS', 9, 900)];
  const consumers = [consumer('JOURNAL_0', 3, 1), consumer('JOURNAL_12', 2, 0), consumer('JOURNALS', 99, 9)];
  expect(queueOf({ streams, consumers }, 'JOURNAL')).toEqual({
    ...{ queue: 'JOURNAL', holds: 'what executions did, until it is in their records', taken_by: 'history' },
    ...{ waiting: 5, under_way: 1, redelivered: 1, oldest_seconds: 70, bytes: 60 },
    ...{ normal: 'at most 10,000 wait', ok: true },
  });
});

test.each([
  ['a backlog', 1_000, 1, 600, true],
  ['too long a backlog', 1_001, 1, 600, false],
  ['one that nobody has taken yet', 1, 0, 59, true],
  ['one that nobody takes', 1, 0, 60, false],
  ['one that is not taken beside others that are', 1, 1, 600, true],
])('%s of executions is seen for what it is', (_, waiting, underWay, oldest, ok) => {
  const streams = [stream('RUNS', waiting + underWay, oldest)];
  expect(queueOf({ streams, consumers: [consumer('RUNS', waiting, underWay)] }, 'RUNS')?.ok).toBe(ok);
});

test('timers to come are those that are not due', () => {
  const of = (due: number) =>
    timersOf({ streams: [stream('TIMERS', due + 22, 5)], consumers: [consumer('TIMERS', due, 2)] });
  expect([of(3), of(101)]).toEqual([
    { set: 20, due: 3, normal: 'at most 100 are due', ok: true },
    { set: 20, due: 101, normal: 'at most 100 are due', ok: false },
  ]);
});

test('one dead letter is one too many', () => {
  const of = (count: number) => deadLettersOf({ streams: [stream('DLQ', count, null)], consumers: [] })?.ok;
  expect([of(0), of(1)]).toEqual([true, false]);
});
