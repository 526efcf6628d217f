import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** A problem of a document, as in `details.issues` of INVALID_INPUT. */
export const workflowProblemSchema = z
  .looseObject({
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    path: z.string().meta({ description: 'A JSON path such as `steps[1].config.url`; empty for the whole document.' }),
    message: z.string(),
    hint: z.string().optional(),
  })
  .register(apiSchemas, { id: 'WorkflowProblem' });

const namesSchema = z
  .object({
    secrets: z.array(z.string()),
    variables: z.array(z.string()),
    env: z.array(z.string()),
    workflows: z.array(z.string()).meta({ description: 'Ids of workflows that it starts.' }),
  })
  .register(apiSchemas, { id: 'WorkflowReferences' });

/** A step of a plan. */
export const plannedStepSchema = z
  .object({
    step_id: z.string(),
    type: z.string(),
    parent: z.string().nullable().meta({ description: 'The loop or parallel that it is in.' }),
    branch: z.string().nullable().meta({ description: 'The name of the branch of that parallel.' }),
    next: z
      .array(
        z.object({
          step_id: z.string().nullable().meta({ description: 'Null for the end of the list.' }),
          on: z.string().meta({
            description:
              '`done`, `error`, the name of the branch that is taken (`true`, `false`, `0`, `default`), or `skipped` for a step with branches that takes none.',
          }),
        }),
      )
      .meta({ description: 'The steps that may run next in the same list.' }),
  })
  .register(apiSchemas, { id: 'PlannedStep' });

/** What an execution of a document would do. */
export const workflowPlanSchema = z
  .object({
    steps: z.array(plannedStepSchema).meta({ description: 'In the order of the document, nested ones included.' }),
    complete: z.boolean().meta({ description: 'False when there are more possible next steps than are listed.' }),
    refers_to: namesSchema,
    missing: namesSchema.meta({ description: 'What of that does not exist.' }),
  })
  .register(apiSchemas, { id: 'WorkflowPlan' });

/** What is to be said of a document that is not saved. */
export const workflowValidationSchema = z
  .object({
    valid: z.boolean().meta({ description: 'Whether it could be saved.' }),
    problems: z.array(workflowProblemSchema).meta({ description: 'What prevents that.' }),
    warnings: z.array(workflowProblemSchema),
    plan: workflowPlanSchema.nullable().meta({ description: 'Null for a document that is not valid.' }),
  })
  .register(apiSchemas, { id: 'WorkflowValidation' });
export type WorkflowValidation = z.output<typeof workflowValidationSchema>;
