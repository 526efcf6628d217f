import { z } from 'zod';
import { checkSender } from '../check-sender.js';
import { marked, senderName, templateText, templateTextOrEmpty } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

function addresses(description: string) {
  return marked(
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(FIELD_LIMITS.addresses)]),
    'template',
    `${description} One address, several with commas between, or an array. A {{ }} gives one address, or an array of them.`,
  );
}

/** Sends an e-mail. Output: `{message_id, accepted, rejected}`. */
export const emailStep = defineStep({
  type: 'email',
  title: 'Send e-mail',
  description: 'Sends an e-mail. Output: {message_id, accepted, rejected}.',
  retriedByDefault: true,
  aliases: ['mail', 'send_email'],
  executable: true,
  reaches: 'outside',
  config: z
    .strictObject({
      to: addresses('The recipients.'),
      cc: addresses('Recipients of a copy.').optional(),
      bcc: addresses('Recipients of a copy whom the others do not see.').optional(),
      sender: senderName("Name of the organisation's account that sends it. By default that of the installation."),
      from: templateText(
        'The address in "From", with a name if wanted: "Support <support@example.com>". By default that of the sender.',
      ).optional(),
      reply_to: addresses('Where replies go.').optional(),
      reply_to_message: marked(
        z.string().min(1),
        'template',
        'The message that it replies to, so that readers show both in one thread: "{{input}}" of an execution that a message has started.',
      ).optional(),
      subject: templateText('The subject.'),
      body: templateTextOrEmpty('The text.').optional(),
      html: templateTextOrEmpty('The text as HTML, beside the plain one; it is sent as it is.').optional(),
      markdown: templateTextOrEmpty(
        'The text as Markdown: it is sent as safe HTML, and as it is where no "body" is given. Not beside "html".',
      ).optional(),
      attachments: marked(
        z.union([
          z.string().min(1),
          z
            .array(
              z.union([
                z.string().min(1),
                z.strictObject({
                  file: z.string().min(1).meta({ description: 'The file, e.g. "{{download.output.body}}".' }),
                  filename: z
                    .string()
                    .min(1)
                    .max(FIELD_LIMITS.headerLength)
                    .optional()
                    .meta({ description: 'Its name in the e-mail, by default its own.' }),
                  content_type: z
                    .string()
                    .min(1)
                    .max(FIELD_LIMITS.headerLength)
                    .optional()
                    .meta({ description: 'Its media type in the e-mail, by default its own.' }),
                }),
              ]),
            )
            .max(FIELD_LIMITS.attachments),
        ]),
        'template',
        'Files that are attached: "{{download.output.body}}", an array of these, or of {"file": …, "filename": "report.pdf"}. A {{ }} gives a file, or an array of them.',
      ).optional(),
      repeat_when_unsure: z.boolean().default(false).meta({
        description:
          'Sends it again when nobody knows whether it was sent, since the connection broke, the time was over or the executor was gone meanwhile, so that it may arrive twice (default false: the step fails).',
      }),
    })
    .superRefine(({ body, html, markdown }, context) => {
      if (html !== undefined && markdown !== undefined)
        context.addIssue({
          code: 'custom',
          message: 'it has both "html" and "markdown"',
          params: { hint: 'Give one of the two: both are the HTML of the message.' },
        });
      if (body !== undefined || html !== undefined || markdown !== undefined) return;
      context.addIssue({
        code: 'custom',
        message: 'it has no text',
        params: { hint: 'Give "body" (plain text), "markdown" or "html".' },
      });
    }),
  check: checkSender,
  output: z.object({ message_id: z.string(), accepted: z.array(z.string()), rejected: z.array(z.string()) }),
  example: {
    to: ['a@example.com', '{{input.to}}'],
    cc: 'b@example.com',
    bcc: 'c@example.com',
    sender: 'support',
    from: 'Support <d@example.com>',
    reply_to: 'e@example.com',
    reply_to_message: '{{input.message}}',
    subject: 'Hello {{input.name}}',
    body: 'Text',
    html: '<p>Text</p>',
    attachments: ['{{input.file}}', { file: '{{input.other}}', filename: 'b.pdf', content_type: 'application/pdf' }],
    repeat_when_unsure: true,
  },
});
