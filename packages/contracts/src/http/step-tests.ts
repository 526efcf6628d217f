import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { stepUsageSchema } from '../step-usage.js';
import { apiSchemas, looseMembers } from './api-schemas.js';
import { workflowProblemSchema } from './workflow-validation.js';

/** What a step that is tried can read; the rest comes from the organisation. */
export const stepTestContextSchema = z.strictObject({
  input: z.unknown().optional(),
  variables: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'In the place of the workflow’s own variables; those of the organisation are there anyway.' }),
  steps: z
    .record(
      z.string(),
      z.strictObject({
        output: z.unknown().optional(),
        data: z.unknown().optional(),
        status: z.enum(['completed', 'failed', 'skipped']).optional(),
        error: z.unknown().optional(),
        type: z.string().optional().meta({ description: 'The type of that step, from which `data` follows.' }),
      }),
    )
    .optional()
    .meta({ description: 'Results of the steps before it, by their ids.' }),
  item: z.unknown().optional().meta({ description: 'Only of a step inside of a loop.' }),
  index: z.int().nonnegative().optional(),
  loop: z.unknown().optional(),
  trigger: z.unknown().optional(),
  execution: z.unknown().optional(),
  workflow: z.unknown().optional(),
});

/** Body of POST /v1/steps/test. */
export const stepTestBodySchema = z
  .strictObject({
    step: z
      .looseObject({})
      .meta({ description: 'One step, as in a document. `next`, `retry` and `on_error` have no meaning here.' })
      .register(looseMembers, { names: ['id', 'type', 'config', 'if', 'timeout', 'secrets_in_output'] }),
    context: stepTestContextSchema.optional().meta({ description: 'What it can read; nothing by default.' }),
    effects: z.boolean().meta({
      description: 'Whether it may reach outside. Without, the texts of such a step are evaluated, and it is not run.',
    }),
    missing: z
      .enum(['error', 'empty'])
      .optional()
      .meta({ description: 'What a missing value is, as `settings.missing` of a workflow (default `error`).' }),
  })
  .register(apiSchemas, { id: 'StepTestRequest' });

/** What became of a step that was tried. */
export const stepTestSchema = z
  .object({
    status: z.enum(['completed', 'failed', 'skipped', 'rendered', 'invalid']).meta({
      description:
        '`rendered`: with `effects: false`, it would be run with this input. `skipped`: its `if` does not hold. `invalid`: `problems` say why it cannot be tried.',
    }),
    output: z.unknown().meta({ description: 'Null unless it completed. What is secret in it is `••••`.' }),
    input: z.unknown().meta({
      description: 'Its config with its texts evaluated, as it is shown of executions: what is secret is `••••`. Null when it is not known.',
    }), // prettier-ignore
    input_error: failureSchema.optional().meta({ description: 'Why the input is not known.' }),
    error: failureSchema.nullable(),
    retryable: z
      .boolean()
      .optional()
      .meta({ description: 'Only of one that failed: whether an execution would try it again by default.' }),
    duration_ms: z.int().nonnegative(),
    problems: z
      .array(workflowProblemSchema)
      .meta({ description: 'What validation says of the step; paths begin with `step` or `context`.' }),
    usage: stepUsageSchema.optional(),
    log: z.array(z.string()).optional().meta({ description: 'Only of a `code` step: what it has written to its console.' }), // prettier-ignore
  })
  .register(apiSchemas, { id: 'StepTest' });
export type StepTest = z.output<typeof stepTestSchema>;
