import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { apiSchemas } from './api-schemas.js';
import { stepIdField } from './restarts.js';

/** How a start of an execution that only tries something differs from others. */
export const testRequestSchema = z
  .strictObject({
    draft: z.boolean().optional().meta({ description: 'Run the draft of the workflow in the place of a version.' }),
    document: z.looseObject({}).optional().meta({
      description: 'Run this document, which need not be saved.',
    }),
    pins: z.boolean().optional().meta({
      description:
        'Whether the outputs that the draft pins are used instead of those of its steps (default: with `draft`).',
    }),
    mocks: z.record(z.string(), z.unknown()).optional().meta({
    description: 'By the id of a step, the output that is used instead of its own; `{"error": {"code", "message"}}` alone is a failure of it. Goes before a pin.',
  }), // prettier-ignore
    only: z.string().optional().meta({
    description: 'Run this one step of the workflow’s own list: others have the output that is given for them, or are skipped.',
  }), // prettier-ignore
    until: z.string().optional().meta({ description: 'End with this step.' }),
    from: z
      .strictObject({
        execution_id: z
          .string()
          .regex(ID_FORMS.execution, 'execution_id must be an execution id')
          .meta({ description: 'An execution of the same workflow that has ended; it may be a test.' }),
        path: stepIdField('path').meta({ description: 'The step of the workflow’s own list with which it begins.' }),
      })
      .optional()
      .meta({ description: 'Begin in the middle, with the results that steps had in an earlier execution.' }),
    effects: z.boolean().optional().meta({
      description: 'With `false` steps that reach outside are rendered and not run: their output is null.',
    }),
  })
  .register(apiSchemas, { id: 'ExecutionTest' });
export type TestRequest = z.output<typeof testRequestSchema>;
