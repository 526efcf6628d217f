import { z } from 'zod';

/** Why a step or an execution failed; `code` is of the catalogue. Holds no secret values. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.output<typeof failureSchema>;
