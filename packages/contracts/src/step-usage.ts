import { z } from 'zod';

const tokens = (description: string) => z.int().nonnegative().nullable().meta({ description });

/** What a step has used of a model, over all its attempts; `provider`, `model` and the rest are those of the last one. */
export const stepUsageSchema = z
  .object({
    provider: z.string().meta({ description: 'The name of the provider.' }),
    model: z.string().meta({ description: 'The model that was asked, by the name it has there.' }),
    input_tokens: tokens('Tokens of what was sent; null when the provider does not say.'),
    output_tokens: tokens('Tokens of what came back; null when the provider does not say.'),
    finish_reason: z
      .string()
      .meta({ description: 'Why the model stopped: `stop`, `length` (at `max_tokens`) and others.' }),
    warnings: z
      .array(z.string())
      .optional()
      .meta({ description: 'What of the config the model does not know, and has ignored.' }),
    cost: z.int().nonnegative().nullable().optional().meta({
      description:
        'What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is known. Absent of what an older version has run.',
    }),
  })
  .meta({ description: 'Only of a step that used a model: what it used, over all attempts.' });

/** See {@link stepUsageSchema}. */
export type StepUsage = z.output<typeof stepUsageSchema>;

/** What all steps of an execution have used of models together. */
export const executionUsageSchema = stepUsageSchema.pick({ input_tokens: true, output_tokens: true, cost: true }).meta({
  description:
    'Only of one whose steps used a model: what they used together, over all attempts. What was taken over from another execution counts there.',
});

/** See {@link executionUsageSchema}. */
export type ExecutionUsage = z.output<typeof executionUsageSchema>;

/** The usage of an execution with that of one more attempt. */
export function usageWith(before: ExecutionUsage | undefined, after: ExecutionUsage): ExecutionUsage {
  return {
    input_tokens: added(before?.input_tokens ?? null, after.input_tokens),
    output_tokens: added(before?.output_tokens ?? null, after.output_tokens),
    ...costOf(before, after),
  };
}

/** Absent only while neither has it. */
function costOf(before: ExecutionUsage | undefined, after: ExecutionUsage): Pick<ExecutionUsage, 'cost'> {
  if (before?.cost === undefined && after.cost === undefined) return {};
  return { cost: added(before?.cost ?? null, after.cost ?? null) };
}

/** The usage of two calls, or of two attempts. What one of them does not know stays unknown only while neither does. */
export function addedUsage(before: StepUsage | undefined, after: StepUsage | undefined): StepUsage | undefined {
  if (before === undefined || after === undefined) return after ?? before;
  return { ...after, ...usageWith(before, after) };
}

function added(one: number | null, other: number | null): number | null {
  return one === null ? other : one + (other ?? 0);
}
