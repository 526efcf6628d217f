import { z } from 'zod';
import { scheduleResourceSchema, type ScheduleResource } from '../http/schedules.js';
import { openEnum } from '../open-values.js';

const { status, last_run, notes } = scheduleResourceSchema.shape;
const [run, note] = [last_run.unwrap(), notes.element];

/** A schedule as schedulers reply with it: a gateway passes on what only a newer scheduler knows. */
export const openScheduleSchema = scheduleResourceSchema.extend({
  status: openEnum(status.options),
  last_run: run.extend({ outcome: openEnum(run.shape.outcome.options) }).nullable(),
  notes: z.array(note.extend({ outcome: openEnum(note.shape.outcome.options) })),
}) as unknown as z.ZodType<ScheduleResource>;
