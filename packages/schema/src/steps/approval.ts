import { z } from 'zod';
import { checkSender } from '../check-sender.js';
import { durationField } from '../duration.js';
import { marked, orTemplate, senderName, templateText, templateValue } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

/** How long an approval may take where its step does not say. */
export const DEFAULT_APPROVAL_EXPIRY = '3d';

/** Asks people before the execution goes on. Output: `{approved, decisions, expired}`. */
export const approvalStep = defineStep({
  type: 'approval',
  title: 'Approval',
  description: 'Asks people, and waits for their decision. Output: {approved, decisions, expired}.',
  aliases: ['approve', 'human_approval', 'manual_approval'],
  executable: true,
  reaches: 'people',
  config: z
    .strictObject({
      message: templateText('What is to be decided.'),
      data: templateValue('What the approvers need to see for it.').optional(),
      approvers: marked(
        z.union([
          z.string().min(1).max(FIELD_LIMITS.templateLength),
          z.array(z.string().min(1).max(FIELD_LIMITS.templateLength)).min(1).max(FIELD_LIMITS.addresses),
        ]),
        'template',
        'Who may decide: one name or an array of them, e.g. addresses of e-mail, for whom links are made, or ids of API tokens. By default every token with the scope `executions:write`.',
      ).optional(),
      required: z
        .int()
        .min(1)
        .max(FIELD_LIMITS.approvals)
        .default(1)
        .meta({ description: 'How many of them have to approve (default 1). One rejection is enough.' }),
      email: z
        .strictObject({
          sender: senderName(
            "Name of the organisation's account that sends them. By default that of the installation.",
          ),
          subject: templateText('Their subject. By default it is made of the message.').optional(),
        })
        .optional()
        .meta({
          description:
            'Sends each of the `approvers` that is an address an e-mail with a link of its own, and one with each reminder. Without it nobody gets one; `{}` sends by the account of the installation.',
        }),
      expires_in: orTemplate(
        durationField('How long they have.'),
        `How long they have, e.g. "2h"; by default "${DEFAULT_APPROVAL_EXPIRY}". It ends at most 30 days after the start of the execution.`,
      ).default(DEFAULT_APPROVAL_EXPIRY),
      remind_every: orTemplate(
        durationField('After how long subscribers are notified again that it waits.'),
        'After how long subscribers of `approval.reminded` are notified that it still waits, and then again, e.g. "8h". Without it nobody is.',
      ).optional(),
      max_reminders: z
        .int()
        .min(1)
        .max(FIELD_LIMITS.approvalReminders)
        .default(3)
        .meta({ description: 'How often they are notified (default 3); needs `remind_every`.' }),
      on_rejection: z.enum(['continue', 'fail']).default('continue').meta({
        description:
          'Whether the execution goes on with `approved: false` when it is rejected, or the step fails (default "continue").',
      }),
      on_expiry: z.enum(['reject', 'fail']).default('reject').meta({
        description: 'What holds when nobody has decided in time: a rejection, or the step fails (default "reject").',
      }),
    })
    .superRefine(({ approvers, required, email }, context) => {
      if (email !== undefined && approvers === undefined)
        context.addIssue({
          code: 'custom',
          path: ['email'],
          message: 'is sent to the approvers, but there are none',
          params: { hint: 'Name their addresses in "approvers".' },
        });
      if (!Array.isArray(approvers) || approvers.length >= required) return;
      context.addIssue({
        code: 'custom',
        path: ['required'],
        message: `is ${required}, but there are ${approvers.length} approvers`,
        params: { hint: 'Name as many approvers as have to approve, or more.' },
      });
    }),
  check({ email }, at, report, context) {
    // It sends mails to its approvers.
    checkSender(email, [...at, 'email'], report, context);
  },
  output: z.object({
    approved: z.boolean(),
    decisions: z.array(
      z.object({ by: z.string(), approved: z.boolean(), comment: z.string().nullable(), at: z.string() }),
    ),
    expired: z.boolean(),
  }),
  example: {
    message: 'Pay {{input.amount}} €?',
    data: { invoice: '{{input.invoice}}' },
    approvers: ['ada@example.com', 'bob@example.com'],
    required: 1,
    email: { sender: 'support', subject: 'Invoice {{input.invoice}}' },
    expires_in: '2d',
    remind_every: '8h',
    max_reminders: 3,
    on_rejection: 'continue',
    on_expiry: 'reject',
  },
});
