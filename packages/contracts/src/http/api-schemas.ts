import { z } from 'zod';

/** The bodies of the API by the names that they have in the OpenAPI document. */
export const apiSchemas = z.registry<{ id: string; description?: string }>();

/** Members that an object has which takes any: what an error says of one that is in the wrong place. */
export const looseMembers = z.registry<{ names: readonly string[] }>();
