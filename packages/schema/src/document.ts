import { z } from 'zod';
import { FIELD_LIMITS } from './limits.js';
import { settingsSchema, type WorkflowSettings } from './settings.js';
import type { Step } from './step-schemas.js';
import type { Trigger } from './trigger-schemas.js';
import { templateValue } from './fields.js';

/** A workflow as its users write and read it. */
export interface WorkflowDocument {
  name: string;
  description?: string | null;
  tags?: string[];
  status?: WorkflowStatus;
  trigger?: Trigger | null;
  triggers?: Trigger[];
  steps: Step[];
  variables?: Record<string, unknown>;
  settings?: WorkflowSettings;
  output?: unknown;
}

/** A trigger whose config is not yet read. */
export const triggerBaseSchema = z.strictObject({
  type: z.string().meta({ description: 'What starts executions.' }),
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'The settings of the trigger; what they are depends on its type.' }),
});

/** Whether a workflow starts: `active` by its triggers and by the API, `draft` by the API alone, `paused` not at all. */
export const WORKFLOW_STATUSES = ['active', 'paused', 'draft'] as const;
export type WorkflowStatus = (typeof WORKFLOW_STATUSES)[number];

/** The document's own fields; steps and triggers are read one by one afterwards. */
export const documentSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(FIELD_LIMITS.workflowNameLength)
    .meta({ description: 'The name of the workflow.' }),
  description: z.string().max(10_000).nullable().optional().meta({ description: 'What the workflow is for.' }),
  tags: z
    .array(z.string().trim().min(1).max(FIELD_LIMITS.tagLength))
    .max(FIELD_LIMITS.tags)
    .optional()
    .meta({ description: 'Words by which lists are filtered.' }),
  status: z.enum(WORKFLOW_STATUSES).optional().meta({
    description: '"active" (default) starts by its triggers and the API, "draft" only by the API, "paused" not at all.',
  }),
  trigger: z.unknown().optional().meta({ description: 'What starts executions, besides the API.' }),
  triggers: z
    .array(z.unknown())
    .max(FIELD_LIMITS.triggers)
    .optional()
    .meta({ description: 'Several triggers, instead of "trigger".' }),
  steps: z.array(z.unknown()).meta({ description: 'What an execution does, in order.' }),
  variables: z.record(z.string(), z.unknown()).optional().meta({
    description: 'Values that expressions read as {{variables.name}}. They are taken as they are, without {{ }}.',
  }),
  settings: settingsSchema.optional(),
  output: templateValue('The output of an execution; by default the output of the last step that ran.').optional(),
});

/** Fields the server adds to its responses. They are accepted, so that what was read can be sent back, and left out of the document. */
export const SERVER_FIELDS = ['id', 'version', 'created_at', 'updated_at', 'execution_count', 'warnings'] as const;

/** Fields of a document that mean something to editors only. */
export const EDITOR_FIELDS = ['$schema'] as const;
