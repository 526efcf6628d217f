import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

const document = z.looseObject({}).meta({ description: 'The document, which need not be valid.' });
const pins = z.looseObject({}).meta({ description: 'Outputs for trying steps, by the id of the step.' });

/** The working copy of a workflow. Times are ISO 8601 in UTC. */
export const workflowDraftSchema = z
  .object({
    workflow_id: z.string(),
    document,
    source: z.string().nullable().meta({ description: 'The text that it is written as, where it is one.' }),
    pins,
    based_on: z.number().int().nullable().meta({ description: 'The version of the workflow that it was begun from.' }),
    version: z.number().int().meta({ description: 'Of the draft: more with each change; also in the `ETag`.' }),
    created_at: z.string(),
    updated_at: z.string(),
    updated_by: z.string().nullable().meta({ description: 'The id of the API token that changed it last.' }),
  })
  .register(apiSchemas, { id: 'WorkflowDraft' });
export type WorkflowDraft = z.output<typeof workflowDraftSchema>;

/** Body of PUT /v1/workflows/{workflow_id}/draft. */
export const workflowDraftBodySchema = z
  .strictObject({
    document,
    source: z.string().max(LIMITS.draftSourceCharacters).nullable().optional(),
    pins: pins.optional().meta({ description: 'Without it, those that there are stay.' }),
    based_on: z.int().min(1).max(999_999_999).nullable().optional(),
  })
  .register(apiSchemas, { id: 'WorkflowDraftRequest' });

/** Body of POST /v1/workflows/{workflow_id}/draft/publish. */
export const publishDraftBodySchema = z
  .strictObject({
    note: z.string().max(LIMITS.versionNoteCharacters).optional().meta({ description: 'Kept with the version.' }),
    activate: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the workflow is active then. The status stays without it.' }),
  })
  .default({})
  .register(apiSchemas, { id: 'PublishDraftRequest' });
