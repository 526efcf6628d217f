import { z } from 'zod';
import { defineSnapshot } from './message.js';
import { carried, openEnum } from './open-values.js';

/** Milliseconds since the epoch. */
const instant = z.number().int();

const counts = carried({
  started: z.number().int(),
  missed: z.number().int(),
  skipped: z.number().int(),
  refused: z.number().int(),
  /** Executions that were cancelled for the next one. */
  cancelled: z.number().int().optional(),
});

/** Typed as the names of this release: one that only a newer one knows is kept and shown as it is, and whoever acts by one must leave it alone. */
const outcome = <const Name extends string>(names: readonly Name[]) => openEnum(names) as z.ZodType<Name>;

const note = carried({
  outcome: outcome(['missed', 'skipped', 'refused']),
  first_at: instant,
  last_at: instant,
  count: z.number().int(),
  /** Whether there were more than were counted. */
  more: z.boolean(),
  code: z.string().nullable(),
});

/**
 * How far a schedule has come, in the KV bucket `schedules`: which nominal time was decided about last, and what became of it. The replicas
 * of the scheduler agree by it: a decision counts once it is written here, by compare-and-set, and what it decides is carried out by whoever
 * reads it.
 */
export const ScheduleCursor = defineSnapshot({
  name: 'cursor',
  key: (address: { workflow_id: string; index: number }) => `${address.workflow_id}.${address.index}`,
  schema: carried({
    organisation_id: z.string(),
    workflow_id: z.string(),
    index: z.number().int(),
    /** The `since` of the schedule that this is about. With another one it begins anew. */
    since: z.string(),
    /** The last nominal time that was decided about; the first one counts from here. */
    handled_at: instant,
    /** The last nominal time at which an execution was to start. */
    last: carried({
      at: instant,
      /** The one before. */
      previous_at: instant.nullable(),
      /** When that was decided. */
      decided_at: instant,
      outcome: outcome(['starting', 'started', 'refused']),
      /** The nominal time of the execution that is to be cancelled first. */
      cancels: instant.optional(),
      /** It has waited for the end of the execution before. */
      waited: z.boolean().optional(),
    }).nullable(),
    counts,
    /** Nominal times that wait for the end of the execution before, oldest first; absent for none. */
    buffered: z.array(instant).optional(),
    /** Newest first. */
    notes: z.array(note),
    /** Notes that are still to be announced to subscribers: by whoever reads it, who then takes them away. Absent when all is announced. */
    untold: z.array(note.extend({ decided_at: instant })).optional(),
  }),
});
