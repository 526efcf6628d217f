import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** The body of every answer that is a failure. `code` is of the catalogue; what is in `details` depends on it. */
export const refusalSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
      request_id: z.string().nullable(),
    }),
  })
  .register(apiSchemas, { id: 'Refusal' });
export type Refusal = z.output<typeof refusalSchema>;
