import { defineSnapshot } from '@millrace/contracts';
import { z } from 'zod';

/**
 * Stands in the bucket once everything has been published into it. A bucket without it is new or lost, and is filled from
 * the database; since it is written last, a filling that was interrupted is begun again. Read by this service only.
 */
export const CompletenessMarker = defineSnapshot({
  name: 'completeness',
  key: () => 'meta.complete',
  schema: z.object({ completed_at: z.string() }),
});
