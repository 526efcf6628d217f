import { z } from 'zod';

/** Body of POST …/execute. No body at all means no input. */
export const executeBodySchema = z
  .strictObject({
    /** Any JSON value; `{{input}}` in the workflow. */
    input: z.unknown().optional(),
    /** A version other than the active one. */
    version: z.number().int().positive().optional(),
  })
  .default({ input: {} });
