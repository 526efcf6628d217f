import { z } from 'zod';
import { APPROVAL_MAIL_RESULTS } from '../http/approvals.js';
import { carried, openEnum } from '../open-values.js';
import { APPROVAL_OUTCOMES } from './approval-requests.js';
import { at, by, error, path } from './event-parts.js';

/**
 * Written by the service that takes the decision; `expired` by the executor, when nobody has decided in time. A replay gives it to the step that waits for it; the first
 * one with an outcome counts, and nothing is written behind it.
 */
export const approvalDecided = carried({
  type: z.literal('approval_decided'),
  at,
  path: path.optional(),
  /** Absent in what a release before 0.2 would have written. */
  approval_id: z.string().optional(),
  /** Distinguishes a repetition from another decision. */
  decision_id: z.string().optional(),
  decision: openEnum(['approved', 'rejected', 'expired']).optional(),
  /** What the approval has come to with it; absent while it needs more decisions. */
  outcome: openEnum(APPROVAL_OUTCOMES).optional(),
  by,
  comment: z.string().optional(),
  data: z.unknown().optional(),
});

/** Written by who runs the execution: an approval still waits, and people are reminded. A replay counts them, and takes the next time from the last one. */
export const approvalReminded = carried({
  type: z.literal('approval_reminded'),
  at,
  path,
  approval_id: z.string(),
  /** From 1. */
  number: z.number().int().positive(),
  /** When the approval expires. */
  until: z.string().optional(),
});

/**
 * Written by who runs the execution: what came of a mail to an approver. A replay sends what is not recorded as sent, or given up, again: under the same Message-ID. The
 * link in it is recorded nowhere.
 */
export const approvalMailed = carried({
  type: z.literal('approval_mailed'),
  at,
  path,
  approval_id: z.string(),
  /** The approver, as the approval names them. */
  to: z.string(),
  /** Of which reminder it is; 0 for the request. */
  number: z.number().int().nonnegative(),
  attempt: z.number().int().positive(),
  /** `unsure`: the server had all of it, and nobody knows whether it took it. */
  result: openEnum(APPROVAL_MAIL_RESULTS),
  message_id: z.string().optional(),
  error: error.optional(),
  /** When it is tried again; absent when it is not. */
  retry_at: z.string().optional(),
});
