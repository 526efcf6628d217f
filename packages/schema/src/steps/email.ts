import { z } from 'zod';
import { marked, templateText, templateTextOrEmpty } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

function addresses(description: string) {
  return marked(
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(FIELD_LIMITS.addresses)]),
    'template',
    `${description} One address, several with commas between, or an array.`,
  );
}

/** Sends an e-mail. Output: `{message_id, accepted, rejected}`. */
export const emailStep = defineStep({
  type: 'email',
  title: 'Send e-mail',
  description: 'Sends an e-mail. Output: {message_id, accepted, rejected}.',
  retriedByDefault: true,
  aliases: ['mail', 'send_email'],
  executable: false,
  section: 'step-types',
  config: z.strictObject({
    to: addresses('The recipients.'),
    cc: addresses('Recipients of a copy.').optional(),
    bcc: addresses('Recipients of a copy whom the others do not see.').optional(),
    from: templateText('The sender. By default the one of the installation.').optional(),
    reply_to: addresses('Where answers go.').optional(),
    subject: templateText('The subject.'),
    body: templateTextOrEmpty('The text.'),
    html: templateTextOrEmpty('The text as HTML, beside the plain one.').optional(),
  }),
  output: z.object({ message_id: z.string(), accepted: z.array(z.string()), rejected: z.array(z.string()) }),
  example: {
    to: ['a@example.com', '{{input.to}}'],
    cc: 'b@example.com',
    bcc: 'c@example.com',
    from: 'd@example.com',
    reply_to: 'e@example.com',
    subject: 'Hello {{input.name}}',
    body: 'Text',
    html: '<p>Text</p>',
  },
});
