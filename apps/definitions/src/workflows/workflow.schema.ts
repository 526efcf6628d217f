import { WORKFLOW_STATUSES, type WorkflowStatus } from '@millrace/schema';
import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** The address of one webhook trigger of the current version. */
export interface WorkflowWebhook {
  webhook_id: string;
  /** Upper case. */
  method: string;
  /** JSON text of the headers that a call must carry, or null when the trigger requires none. */
  required_headers: string | null;
  /** JSON text of `{signature, dedupe_key, respond, respond_timeout}` of the trigger's config, and `responds_with_output`; null when it has none of them. Absent in workflows of earlier releases. */
  checks?: string | null;
  /** Addresses that it had, and until when calls of them are taken. Newest first. */
  former?: FormerAddress[];
}

/** An address that another one took the place of. */
export interface FormerAddress {
  webhook_id: string;
  until: Date;
}

/** One schedule trigger of the current version. */
export interface WorkflowSchedule {
  /** The trigger's config as JSON text. */
  config: string;
  /** Paused by itself, whatever the workflow's status. */
  paused: boolean;
  /** Since when it has been as it is: made, changed or resumed. */
  since: Date;
}

/**
 * The fields of {@link WorkflowRecord} in which plug-ins of triggers keep what the server decides about these: the one list of them. They are not members of one
 * field, since the release before reads and writes them by these names while an installation is upgraded or goes back.
 */
export const TRIGGER_FIELDS = ['webhooks', 'schedules', 'email_triggers'] as const;
/** See {@link TRIGGER_FIELDS}. */
export type TriggerFields = Pick<WorkflowRecord, (typeof TRIGGER_FIELDS)[number]>;

/** Those of a workflow without triggers. */
export function noTriggerFields(): TriggerFields {
  return { webhooks: [], schedules: [] };
}

/** Something that has happened to a workflow and is still to be announced to subscribers. */
export interface UntoldEvent {
  type: 'workflow.published' | 'workflow.paused' | 'workflow.deleted';
  at: Date;
  /** The workflow's version then. */
  version: number;
}

/** A workflow, in collection `workflows`: which version counts and what lists need. The document itself is in `workflow_versions`. */
export interface WorkflowRecord {
  _id: string;
  organisation_id: string;
  name: string;
  description: string | null;
  status: WorkflowStatus;
  version: number;
  /** Counts every write; a writer names the one it has read (compare and set). */
  revision: number;
  /** In the order of the document's webhook triggers. */
  webhooks: WorkflowWebhook[];
  /** In the order of the document's schedule triggers. Absent in workflows that were saved before there were any. */
  schedules?: WorkflowSchedule[];
  /** When its status was last changed, or it came back from a delete. Absent when neither has happened. */
  status_since?: Date;
  /** JSON text of the configs of its e-mail triggers, in their order. Absent in workflows that were saved before these were served. */
  email_triggers?: string | null;
  /** Names of the secrets that the version reads. Absent in workflows that were saved before there were any. */
  secrets?: string[];
  /** Whether models may use it as a tool. Absent in workflows of earlier releases. */
  is_tool?: boolean;
  /** As its user wrote them. This and the following are what lists need; absent in workflows of earlier releases until they are completed. */
  tags?: string[];
  /** The types of its triggers, each once. */
  trigger_types?: string[];
  /** What it is found by: words of name and description, tags and types of triggers; see list-fields.ts. */
  terms?: string[];
  /** The name as lists are ordered by it. */
  name_key?: string;
  /** The version that these fields are of. */
  listed_version?: number;
  /** Written with the change itself, so that no crash keeps it from subscribers. Absent when all is announced. */
  untold?: UntoldEvent[];
  /** Writes under `Idempotency-Key`s that have changed it, the newest last: none is made again. */
  writes?: string[];
  /** When the execution that started last was accepted, as far as history has reported it. */
  last_run_at?: Date;
  created_at: Date;
  updated_at: Date;
  /** Set when deleted; such a workflow is found by upkeep only. */
  deleted_at: Date | null;
  /** True from the write until its snapshots are published. */
  snapshot_pending: boolean;
}

export const workflowSchema = new Schema<WorkflowRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    name: { type: String, required: true },
    description: { type: String, default: null },
    status: { type: String, required: true, enum: WORKFLOW_STATUSES },
    version: { type: Number, required: true },
    revision: { type: Number, required: true },
    webhooks: [
      {
        _id: false,
        webhook_id: { type: String, required: true },
        method: { type: String, required: true },
        required_headers: { type: String, default: null },
        checks: { type: String, default: null },
        former: {
          type: [{ _id: false, webhook_id: { type: String, required: true }, until: { type: Date, required: true } }],
          default: undefined,
        },
      },
    ],
    schedules: {
      type: [
        {
          _id: false,
          config: { type: String, required: true },
          paused: { type: Boolean, required: true },
          since: { type: Date, required: true },
        },
      ],
      default: undefined,
    },
    status_since: { type: Date },
    email_triggers: { type: String, default: undefined },
    secrets: { type: [String], default: undefined },
    is_tool: { type: Boolean },
    tags: { type: [String], default: undefined },
    trigger_types: { type: [String], default: undefined },
    terms: { type: [String], default: undefined },
    name_key: { type: String },
    listed_version: { type: Number },
    untold: {
      type: [
        {
          _id: false,
          type: { type: String, required: true },
          at: { type: Date, required: true },
          version: { type: Number, required: true },
        },
      ],
      default: undefined,
    },
    writes: { type: [String], default: undefined },
    last_run_at: { type: Date },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    deleted_at: { type: Date, default: null },
    snapshot_pending: { type: Boolean, required: true },
  },
  { collection: 'workflows', versionKey: false, strict: 'throw', minimize: false },
);

// Lists: an organisation's live workflows, newest first (ids are time-ordered), with and without a status.
workflowSchema.index({ organisation_id: 1, deleted_at: 1, _id: -1 });
workflowSchema.index({ organisation_id: 1, deleted_at: 1, status: 1, _id: -1 });
// What a search, a tag or a type of trigger finds.
workflowSchema.index({ organisation_id: 1, deleted_at: 1, terms: 1 });
// The other orders of lists.
workflowSchema.index({ organisation_id: 1, deleted_at: 1, updated_at: -1, _id: -1 });
workflowSchema.index({ organisation_id: 1, deleted_at: 1, name_key: 1, _id: 1 });
workflowSchema.index({ organisation_id: 1, deleted_at: 1, last_run_at: -1, _id: -1 });
// What uses a secret.
workflowSchema.index({ organisation_id: 1, secrets: 1 });
// What models may use, which every save asks for.
workflowSchema.index({ organisation_id: 1, is_tool: 1 });
// The sweeper: both are nearly always empty.
workflowSchema.index({ snapshot_pending: 1, updated_at: 1 }, { partialFilterExpression: { snapshot_pending: true } });
workflowSchema.index({ 'untold.at': 1 }, { sparse: true });
tenantScope(workflowSchema);
