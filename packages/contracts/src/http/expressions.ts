import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

const text = (description: string) => z.string().optional().meta({ description });

/** Body of POST /v1/expressions/evaluate: one text, and what it can read. */
export const evaluateBodySchema = z
  .strictObject({
    expression: text('An expression without braces: `input.items.length`.'),
    template: text('A text with `{{ }}` in it; one `{{ }}` alone keeps the type of its value.'),
    condition: text('A condition, as in the `if` of a step: `input.n > 1`.'),
    context: z
      .strictObject({
        input: z.unknown().optional(),
        variables: z.record(z.string(), z.unknown()).optional(),
        secrets: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: 'Values in the place of secrets. Those that are stored cannot be read.' }),
        env: z.record(z.string(), z.string()).optional(),
        steps: z
          .record(z.string(), z.looseObject({ output: z.unknown().optional() }))
          .optional()
          .meta({
            description: 'By the id of the step: its `output`, and `status`, `error` and `data` if they are read.',
          }),
        item: z.unknown().optional(),
        index: z.int().optional(),
        loop: z.unknown().optional(),
        execution: z.unknown().optional(),
        workflow: z.unknown().optional(),
        trigger: z.unknown().optional(),
      })
      .optional()
      .meta({ description: 'What the text can read; nothing by default.' }),
    missing: z
      .enum(['error', 'empty'])
      .optional()
      .meta({ description: 'What a missing value is, as `settings.missing` of a workflow (default `error`).' }),
  })
  .register(apiSchemas, { id: 'EvaluateRequest' });

/** Why a text gives nothing, and where in it that is. */
const evaluationErrorSchema = z
  .object({
    code: z.string().meta({ description: '`E_SYNTAX`, `E_MISSING`, …: see the documentation of expressions.' }),
    message: z.string(),
    span: z
      .array(z.int())
      .length(2)
      .meta({ description: 'Where in the text it is: start and end, in UTF-16 code units.' }),
    line: z.int(),
    column: z.int(),
    hint: z.string().nullable(),
    missing_path: z.string().nullable(),
    frame: z.string().meta({ description: 'The line, and carets under the place.' }),
  })
  .register(apiSchemas, { id: 'EvaluationError' });

/** What the text gives, or why it gives nothing. */
export const evaluationSchema = z
  .object({
    value: z.unknown().meta({ description: 'Null when there is an error.' }),
    type: z.enum(['text', 'number', 'boolean', 'null', 'array', 'object']).nullable(),
    error: evaluationErrorSchema.nullable(),
  })
  .register(apiSchemas, { id: 'Evaluation' });
export type EvaluatedText = z.output<typeof evaluationSchema>;
