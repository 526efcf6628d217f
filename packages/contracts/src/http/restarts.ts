import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

/** The id of a step of the workflow's own list. */
export function stepIdField(name: string) {
  return z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, `${name} must be the id of a step`);
}

const stepId = stepIdField('from_step').meta({
  description: 'A step of the workflow itself, not one inside of a loop or parallel.',
});

/** Body of POST …/replay. No body at all replays all of it, with the same input, on the active version. */
export const replayBodySchema = z
  .strictObject({
    from_step: stepId.optional(),
    version: z
      .union([z.int().positive(), z.literal('latest')])
      .optional()
      .meta({ description: 'A version of the workflow; `latest`, the active one, by default.' }),
    input: z.unknown().optional().meta({ description: 'In the place of the input that the execution had.' }),
  })
  .default({})
  .register(apiSchemas, { id: 'ReplayRequest' });

/** The query of GET …/replay-plan. */
export const replayPlanQuery = z.object({
  from_step: stepId.optional(),
  version: z
    .string()
    .regex(/^(?:latest|[1-9]\d{0,8})$/, 'version must be a number, or latest')
    .optional()
    .meta({ description: 'A version of the workflow; `latest`, the active one, by default.' }),
});

/** What a replay would do; what a person confirms before. */
export const replayPlanSchema = z
  .object({
    execution_id: z.string(),
    workflow_id: z.string(),
    workflow_version: z.number().int(),
    from_step: z.string().nullable(),
    steps: z.array(z.object({ step_id: z.string(), type: z.string(), action: z.enum(['reuse', 'run']) })).meta({
      description:
        'The steps of the workflow in their order: `reuse` for those whose results are taken over, `run` for those that run again where the workflow comes to them. Branches that were not taken are left out.',
    }),
    repeats: z.array(z.object({ path: z.string(), type: z.string(), runs: z.number().int() })).meta({
      description: `Side effects that the execution had, or may have had, by steps that are not reused; \`runs\` is how often. \`[]\` in a path is any iteration. The first ${LIMITS.repeatsNamed} of \`repeats_total\`.`,
    }),
    repeats_total: z.number().int(),
  })
  .register(apiSchemas, { id: 'ReplayPlan' });
export type ReplayPlan = z.output<typeof replayPlanSchema>;
