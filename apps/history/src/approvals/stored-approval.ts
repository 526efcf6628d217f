import type { ApprovalDecision, ApprovalMail, ApprovalRequest, ApprovalResource } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import type { ApprovalDocument } from './approval.schema.js';

/** An approval as callers see it, by the record that lists read. */
export function resourceOfRecord(record: ApprovalDocument): ApprovalResource {
  const request = parseJson(record.request ?? 'null') as ApprovalRequest; // written by the projection; others are not listed
  const { message, data, approvers, required } = request;
  return {
    id: record._id,
    execution_id: record.exec,
    workflow_id: record.wf,
    step_path: record.path,
    status: record.status,
    message,
    data: data ?? null,
    approvers: approvers ?? null,
    required: Number(required),
    decisions: inOrder<ApprovalDecision>(record.decisions),
    mails: latest(inOrder<ApprovalMail>(record.mails)),
    requested_at: isoOf(record.requested_at),
    expires_at: isoOf(record.expires_at),
    decided_at: record.decided_at === undefined ? null : isoOf(record.decided_at),
  };
}

/** By the places of their events in the journal. */
function inOrder<Value>(texts: Readonly<Record<string, string>> = {}): Value[] {
  return Object.entries(texts)
    .map(([place, text]) => ({ place: place.split('-').map(Number), value: parseJson(text) as Value }))
    .sort((a, b) => (a.place[0] ?? 0) - (b.place[0] ?? 0) || (a.place[1] ?? 0) - (b.place[1] ?? 0))
    .map(({ value }) => value);
}

/** Of each approver, in the order of the first ones. */
function latest(mails: readonly ApprovalMail[]): ApprovalMail[] {
  const byApprover = new Map(mails.map((mail) => [mail.to, mail]));
  return [...byApprover.values()].map((mail) => ({
    ...mail,
    reminder: Number(mail.reminder),
    attempt: Number(mail.attempt),
  }));
}

function isoOf(date: Date | undefined): string {
  return (date ?? new Date(0)).toISOString();
}
