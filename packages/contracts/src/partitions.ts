import { z } from 'zod';
import { fnv1a } from '@millrace/expression/fnv1a';
import { idTime } from './ids.js';
import { carried } from './open-values.js';

/**
 * Work and journal are spread over lanes and streams. Shared lanes are a constant; who has one of its own besides is recorded
 * on the server (lanes.ts), and so are the journal's streams, see {@link JournalLayout}.
 */

/** Shared lanes of the work queue; an organisation always has the same one, so that a backlog delays only its lane-mates. */
export const RUN_LANES = 4;

/** The shared lane of an organisation, 0 … RUN_LANES-1. */
export function laneOf(organisationId: string): number {
  return fnv1a(organisationId) % RUN_LANES;
}

/** Numbers that journal streams can have, 0 … JOURNAL_NUMBERS-1: what services are allowed on the NATS server is said of each. */
export const JOURNAL_NUMBERS = 32;

/** Journal streams of one generation at most. */
export const JOURNAL_SHARDS_MAX = 16;

const generationSchema = carried({
  /** Executions whose id is of this time (milliseconds since the epoch) or later use it, up to where the next one begins. */
  from: z.number().int().nonnegative(),
  /** Numbers of its streams; no two generations share one. */
  streams: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(JOURNAL_NUMBERS - 1),
    )
    .min(1),
  /** It is drained: its streams are about to refuse entries, and to go. */
  closing: z.boolean().optional(),
});

/**
 * Which journal stream an execution uses, as recorded on the server: a function of its id alone, so that everybody who knows
 * the id finds the journal, at any time and after any growth. For ids of before `decided_until` it never changes, whatever
 * is recorded later; so who has an old copy is still right about those, and must read the record again for later ones.
 */
export const journalLayoutSchema = carried({
  /** Oldest first. */
  generations: z.array(generationSchema).min(1),
  /** Milliseconds since the epoch. */
  decided_until: z.number().int().nonnegative(),
  /** Streams of a generation that is gone, still to be deleted. */
  leaving: z.array(z.number().int()).optional(),
});
export type JournalLayout = z.output<typeof journalLayoutSchema>;
export type JournalGeneration = JournalLayout['generations'][number];

/** What holds while nothing is recorded: the two streams of the first releases, and nothing is decided yet. */
export const FIRST_JOURNAL_LAYOUT: JournalLayout = { generations: [{ from: 0, streams: [0, 1] }], decided_until: 0 };

/** The number of the journal stream of an execution. An id that is none of ours counts as the oldest. */
export function journalStreamOf(executionId: string, layout: JournalLayout = FIRST_JOURNAL_LAYOUT): number {
  const { streams } = generationOf(executionId, layout);
  return streams[fnv1a(executionId) % streams.length] as number;
}

/** Whether it is final which journal stream an execution uses. */
export function isDecided(executionId: string, layout: JournalLayout): boolean {
  return (idTime(executionId) ?? 0) < Math.max(1, layout.decided_until);
}

/**
 * The layout with a further generation for executions of `now` and later, but of no earlier than those that are decided. Its
 * streams have the numbers that follow the newest ones, and begin again at 0. Null when too few numbers are free.
 */
export function grownLayout(layout: JournalLayout, shards: number, now: number): JournalLayout | null {
  const used = new Set([...layout.generations.flatMap(({ streams }) => streams), ...(layout.leaving ?? [])]);
  const newest = layout.generations.at(-1)?.streams.at(-1) ?? -1;
  const free = Array.from({ length: JOURNAL_NUMBERS }, (_, ahead) => (newest + 1 + ahead) % JOURNAL_NUMBERS).filter(
    (number) => !used.has(number),
  );
  if (free.length < shards) return null;
  const from = Math.max(layout.decided_until, now);
  return { ...layout, generations: [...layout.generations, { from, streams: free.slice(0, shards) }] };
}

function generationOf(executionId: string, { generations }: JournalLayout): JournalGeneration {
  const time = idTime(executionId) ?? 0;
  // One that is older than all that are left was never begun: its own generation was empty when it went.
  return generations.findLast(({ from }) => from <= time) ?? (generations[0] as JournalGeneration);
}
