import { z } from 'zod';
import { FIELD_LIMITS } from '../limits.js';
import { mailboxReceives } from '../mail-address.js';
import { defineTrigger } from '../trigger-definition.js';

/** Kinds of automatic messages that a trigger may accept. What a workflow has sent is of none of them. */
export const AUTOMATIC_KINDS = ['auto_reply', 'bounce', 'complaint', 'list', 'receipt'] as const;

/** An e-mail to an address starts an execution; its input is the message. */
export const emailTrigger = defineTrigger({
  type: 'email',
  title: 'E-mail',
  description: 'An e-mail to an address starts an execution; the message is its input.',
  served: true,
  config: z.strictObject({
    address: z
      .string()
      .max(FIELD_LIMITS.emailAddressLength, { abort: true })
      .regex(/^[^\s@]+@[^\s@]+$/, { error: 'must be an e-mail address, e.g. "workflow-trigger@company.com"' })
      .meta({ description: 'The address that is watched, e.g. "workflow-trigger@company.com".' }),
    subject_filter: z.string().min(1).max(FIELD_LIMITS.filterLength).optional().meta({
      description:
        'Only messages whose subject contains this, in any case of letters; with a `*` the whole subject must be like this, where `*` stands for any text.',
    }),
    from_filter: z.string().min(1).max(FIELD_LIMITS.filterLength).optional().meta({
      description: 'Only messages whose sender contains this, in any case of letters; `*` as in `subject_filter`.',
    }),
    has_attachment: z
      .boolean()
      .optional()
      .meta({ description: 'Only messages with an attachment (true), or only those without (false).' }),
    accept_automatic: z
      .union([z.boolean(), z.array(z.enum(AUTOMATIC_KINDS)).max(AUTOMATIC_KINDS.length)])
      .default(false)
      .meta({
        description:
          'Whether automatic messages start it too (default false), or which kinds of them: `auto_reply` (of absent people and machines), `bounce`, `complaint`, `list` (and newsletters), `receipt`.',
      }),
  }),
  check({ address }, at, report, { mailboxes }) {
    if (typeof address !== 'string') return;
    if (address.includes('*')) {
      // Not in the schema of the field: what was stored before this was checked stays readable.
      report({
        code: 'invalid_value',
        at: [...at, 'address'],
        message: `no message would start it: "${address}" is compared as it is, and "*" stands for nothing`,
        hint: 'Name the address, and give each further one a trigger of its own in "triggers"; "*" is for mailboxes, and for subject_filter and from_filter.',
      });
      return;
    }
    // An address that no mailbox receives may still be an alias of one, so this is only a warning.
    if (mailboxes === undefined || mailboxes.some((mailbox) => mailboxReceives(mailbox, address))) return;
    report({
      severity: 'warning',
      code: 'unserved_address',
      at: [...at, 'address'],
      message: `no mailbox of the organisation has the address "${address}"`,
      hint: 'Set one up with POST /v1/mailboxes, unless the address is an alias of one that is there.',
    });
  },
  example: {
    address: 'a@example.com',
    subject_filter: 'Order*',
    from_filter: '@example.com',
    has_attachment: true,
    accept_automatic: true,
  },
});
