import { z } from 'zod';
import { carried, openEnum } from '../open-values.js';

/** What an approval comes to. */
export const APPROVAL_OUTCOMES = ['approved', 'rejected', 'expired'] as const;
export type ApprovalOutcome = (typeof APPROVAL_OUTCOMES)[number];

/** What a step that waits for an approval asks people, in the `frozen` of its `step_waiting`: masked, and as it was evaluated. */
export const approvalRequestSchema = carried({
  id: z.string(),
  message: z.string(),
  data: z.unknown().optional(),
  /** Who may decide; absent for everybody with the scope. */
  approvers: z.array(z.string()).optional(),
  /** How many of them have to approve. */
  required: z.number().int().positive(),
  /** When people are reminded, and how often: milliseconds and a count. */
  reminders: z.object({ every_ms: z.number().int().positive(), most: z.number().int().positive() }).optional(),
  /** Approvers that are addresses get a mail with a link: by this sender of the organisation, else by that of the installation. */
  mail: z.object({ sender: z.string().optional(), subject: z.string().optional() }).optional(),
  on_rejection: openEnum(['continue', 'fail']),
  on_expiry: openEnum(['reject', 'fail']),
});
export type ApprovalRequest = z.output<typeof approvalRequestSchema>;

const frozenSchema = z.object({ approval: approvalRequestSchema });

/** What a step asks by its `step_waiting`; null for any other wait. */
export function approvalRequestIn({
  waits_for,
  frozen,
}: {
  readonly waits_for: string;
  readonly frozen?: unknown;
}): ApprovalRequest | null {
  if (waits_for !== 'approval') return null;
  const parsed = frozenSchema.safeParse(frozen);
  return parsed.success ? parsed.data.approval : null;
}
