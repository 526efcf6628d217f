import { z } from 'zod';

/* What questions and answers of many kinds have in common. */

/** Asked for an organisation. */
export const scoped = z.object({ organisation_id: z.string() });

/** About what the organisation has of that name. */
export const named = scoped.extend({ name: z.string() });

/** The members of a question for one page of a list. */
export const page = { limit: z.number().int().positive(), starting_after: z.string().optional() };

/** The member of a question that changes something: the version that the change is made to. */
export const ifVersion = { if_version: z.number().int().optional() };

/** What was known by its name is gone. */
export const deletedName = z.object({ name: z.string(), deleted: z.literal(true) });

/** What was known by its id is gone. */
export const deletedId = z.object({ id: z.string(), deleted: z.literal(true) });
