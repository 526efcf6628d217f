import { z } from 'zod';
import { defineSnapshot } from './message.js';

/**
 * Is in each bucket of snapshots once everything has been published into it. A bucket without it is new or lost, and is filled from
 * the database; since it is written last, a filling that was interrupted is begun again. Read by `definitions` alone, which writes it.
 */
export const CompletenessMarker = defineSnapshot({
  name: 'completeness',
  key: (address: { kind: string }) => `${address.kind}.complete`,
  schema: z.object({ completed_at: z.string() }),
});
