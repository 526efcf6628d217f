import { z } from 'zod';

/** The bodies of the API by the names that they have in the OpenAPI document. */
export const apiSchemas = z.registry<{ id: string; description?: string }>();
