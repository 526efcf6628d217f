import { createHash } from 'node:crypto';
import type { CreditAccount } from '@millrace/contracts';
import type { JobRecord } from '../jobs/job.schema.js';
import type { OrganisationRecord } from '../organisations/organisation.schema.js';
import type { SettingEntry } from '../settings/settings.schema.js';
import type { TokenRecord } from '../tokens/token.schema.js';
import type { WorkflowDraftRecord } from '../workflow-drafts/workflow-draft.schema.js';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import type { ResourceState } from './audit-entry.schema.js';

/*
 * What the hashes of the audit log are of: a JSON text that docs/audit-log.md describes, so that whoever may read a resource can make the
 * same hash. Nothing that is secret is in any of them, neither in clear text nor sealed: a hash of a short secret can be guessed.
 */

/** `document`: the JSON text of its current version. */
export function workflowState(workflow: WorkflowRecord, document: string): ResourceState {
  const paused = (workflow.schedules ?? []).flatMap(({ paused: isPaused }, index) => (isPaused ? [index] : []));
  const { status, version } = workflow;
  const webhooks = workflow.webhooks.map(({ webhook_id }) => webhook_id);
  const members = JSON.stringify({ status, paused_schedules: paused, webhooks });
  const text = `${members.slice(0, -1)},"document":${document}}`;
  return { hash: sha256(text), version };
}

/** Null when there is no draft. */
export function draftState(draft: WorkflowDraftRecord | null): ResourceState | null {
  if (draft === null || draft.document === null) return null;
  const { document, source, pins, based_on, version } = draft;
  const rest = JSON.stringify({ source, based_on });
  return { hash: sha256(`{"document":${document},"pins":${pins},${rest.slice(1)}`), version };
}

/** Of a variable also its value; of all others it may be, or hold, a secret. */
export function settingState(entry: SettingEntry, isVariable: boolean): ResourceState {
  const { id, name, description, version, text } = entry;
  const members = JSON.stringify({ id, name, description, version });
  return { hash: sha256(isVariable ? `${members.slice(0, -1)},"value":${text}}` : members), version };
}

/** Null when it is revoked. */
export function tokenState(token: TokenRecord): ResourceState | null {
  if (token.revoked_at) return null;
  const { _id: id, name, scopes, expires_at, revision } = token;
  return { hash: hashOf({ id, name, scopes, expires_at: expires_at?.toISOString() ?? null }), version: revision };
}

/** Null when it is deleted. */
export function organisationState(record: OrganisationRecord): ResourceState | null {
  if (record.deleted_at) return null;
  const { _id: id, name, suspended, revision } = record;
  const { api_calls_per_hour, executions_per_minute, webhook_calls_per_minute } = record.limits;
  const limits = { api_calls_per_hour, executions_per_minute, webhook_calls_per_minute };
  return { hash: hashOf({ id, name, limits, suspended }), version: revision };
}

/** What it was made of, and whether it is cancelled: how far it has come is no write of anybody's. */
export function jobState(job: Pick<JobRecord, '_id' | 'kind' | 'parameters'>, cancelled: boolean): ResourceState {
  const { _id: id, kind, parameters } = job;
  const members = JSON.stringify({ id, kind });
  return {
    hash: sha256(`${members.slice(0, -1)},"parameters":${parameters},"cancelled":${cancelled}}`),
    version: null,
  };
}

/** Null for an organisation without a balance. `version` is that of the ledger: the line that led to the balance. */
export function creditState(id: string, account: CreditAccount | null): ResourceState | null {
  if (!account?.limited) return null;
  const { balance, sequence } = account;
  return { hash: hashOf({ id, balance }), version: sequence };
}

function hashOf(value: object): string {
  return sha256(JSON.stringify(value));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
