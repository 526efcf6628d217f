import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { textUpTo, triggerTypeParameter } from './query-parameters.js';
import { workflowOrderSchema, workflowStatusSchema } from './workflows.js';

/** Which workflows a list is to have, in which order, and which page of it. */
export const workflowListQuery = z.object({
  page: z.int().min(1).max(1_000_000).default(1).meta({ description: 'From 1.' }),
  per_page: z.int().min(1).max(LIMITS.pageSize).default(20),
  status: workflowStatusSchema.optional(),
  q: textUpTo('q', LIMITS.searchCharacters)
    .optional()
    .meta({ description: 'Beginnings of words of the name or description, in any case and order; all must be there.' }),
  tag: textUpTo('tag', LIMITS.searchCharacters).optional().meta({ description: 'A tag of the workflow, in any case.' }),
  trigger_type: triggerTypeParameter
    .optional()
    .meta({ description: 'A type of its triggers: `webhook`, `schedule`, …' }),
  deleted: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: '`true`: the deleted ones that can still be restored, instead of the live ones.' }),
  sort: workflowOrderSchema.optional().meta({
    description:
      'Times newest first, names from A to Z. By default `created_at`, and `deleted_at` for deleted ones. `last_run`: those that have never run come last.',
  }),
});
