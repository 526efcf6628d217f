import { journalSubjects, STORED_PREFIX, STREAMS, type JournalLayout } from '@millrace/contracts';
import type { ConsumerSpec, StreamSpec, Topology } from './stream-spec.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/**
 * What is stored, announced to who follows it: only where it is. Whatever the subjects of the stream, as a journal stream that is retired has
 * others.
 */
export const STORED = { src: '>', dest: `${STORED_PREFIX}.>`, headers_only: true } as const;

const journalStream = (number: number): StreamSpec => ({
  name: `${STREAMS.journal}_${number}`,
  description: 'The truth about executions: one subject for each, appended with the expected last sequence',
  subjects: [journalSubjects(number)],
  retention: 'limits',
  maxAgeMs: 7 * DAY,
  duplicateWindowMs: 2 * MINUTE,
  maxConsumers: 64,
  // History replaces the entries of an execution whose record is written by a small end marker.
  rollup: true,
  // And the marker goes before the stream's age.
  expiring: true,
  republish: STORED,
  compressed: true,
  refusesWhenFull: true,
});

const journalConsumer = (number: number): ConsumerSpec => ({
  stream: `${STREAMS.journal}_${number}`,
  name: 'history',
  group: 'history',
  message: 'JournalEntry',
  filter: journalSubjects(number),
  ackWaitMs: 30 * SECOND,
  // A database that is away for an hour must cost no entry: only a poison entry is given up, by the batch runner.
  maxDeliver: -1,
  maxAckPending: 4_000,
});

/** A topology with the journal streams of these numbers, and no others. Where it has some already, the new ones are like its first. */
export function withJournals(topology: Topology, numbers: readonly number[]): Topology {
  const ofJournal = (name: string) => name.startsWith(`${STREAMS.journal}_`);
  const stream = topology.streams.find(({ name }) => ofJournal(name));
  const consumer = topology.consumers.find((one) => ofJournal(one.stream));
  return {
    ...topology,
    streams: [
      ...topology.streams.filter(({ name }) => !ofJournal(name)),
      ...numbers.map((number) => {
        const { name, subjects, ...own } = journalStream(number);
        return { ...own, ...stream, name, subjects };
      }),
    ],
    consumers: [
      ...topology.consumers.filter((one) => !ofJournal(one.stream)),
      ...numbers.map((number) => {
        const { stream: name, filter, ...own } = journalConsumer(number);
        return { ...own, ...consumer, stream: name, filter };
      }),
    ],
  };
}

/** Numbers of the journal streams of a layout that take entries. */
export function journalNumbers(layout: JournalLayout): number[] {
  return layout.generations.flatMap(({ closing, streams: numbers }) => (closing ? [] : numbers));
}
