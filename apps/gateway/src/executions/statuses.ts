import type { z } from 'zod';

/** The statuses in a parameter of a query, whose form was checked; each once. */
export function statusesOf<Status extends string>(
  schema: z.ZodType<Status>,
  parameter: string | undefined,
): Status[] | undefined {
  if (parameter === undefined) return undefined;
  return [...new Set(parameter.split(','))].map((status) => schema.parse(status));
}
