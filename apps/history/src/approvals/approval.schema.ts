import mongoose from 'mongoose';
import type { ApprovalStatus } from '@millrace/contracts';

/** Names of the collections. */
export const APPROVALS = 'approvals';
export const APPROVAL_LINKS = 'approval_links';

/**
 * One approval, for lists; an approval by its id is read from the events of its execution. Its parts are written as they are projected, in any order and more than once, so
 * that members may be missing for a while: such a record is not listed. What users sent is JSON text.
 */
export interface ApprovalDocument {
  _id: string;
  org: string;
  /** Its execution, and the workflow of that. */
  exec: string;
  wf: string;
  path: string;
  status: ApprovalStatus;
  requested_at?: Date;
  expires_at?: Date;
  decided_at?: Date;
  /** JSON text of what is asked. */
  request?: string;
  /** JSON texts of decisions, by the place of their events in the journal. */
  decisions?: Record<string, string>;
  /** The same of mails to approvers. */
  mails?: Record<string, string>;
}

/** A link by which a person decides, under the hash of its token. */
export interface ApprovalLinkDocument {
  _id: string;
  org: string;
  approval: string;
  /** JSON text. */
  approver: string;
  /** It is in a mail of the step. */
  mailed?: boolean;
}

/** The `approvals` collection. */
export const approvalSchema = new mongoose.Schema<ApprovalDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    exec: { type: String, required: true },
    wf: { type: String, required: true },
    path: { type: String, required: true },
    status: { type: String, required: true },
    requested_at: { type: Date, default: undefined },
    expires_at: { type: Date, default: undefined },
    decided_at: { type: Date, default: undefined },
    request: { type: String, default: undefined },
    decisions: { type: mongoose.Schema.Types.Mixed },
    mails: { type: mongoose.Schema.Types.Mixed },
  },
  { versionKey: false, collection: APPROVALS },
)
  .index({ org: 1, requested_at: -1, _id: -1 })
  .index({ org: 1, status: 1, requested_at: -1, _id: -1 })
  .index({ org: 1, wf: 1, requested_at: -1, _id: -1 })
  .index({ exec: 1 });

/** The `approval_links` collection. */
export const approvalLinkSchema = new mongoose.Schema<ApprovalLinkDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    approval: { type: String, required: true },
    approver: { type: String, required: true },
    mailed: { type: Boolean, default: undefined },
  },
  { versionKey: false, collection: APPROVAL_LINKS },
).index({ approval: 1 });
