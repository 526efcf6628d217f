import type { z } from 'zod';
import { aiProviderBodySchema } from './ai.js';
import { mailSenderBodySchema } from './mail-senders.js';
import { mailboxPatchSchema, mailboxRequestSchema, mailboxTestBodySchema } from './mailboxes.js';
import { webhookSecretRotationSchema } from './webhooks.js';

const IMAP = { host: 'imap.example.com', user: 'ada' };
const SENDER = { host: 'smtp.example.com', user: 'ada', from: 'ada@example.com' };
const DKIM = { domain: 'example.com', selector: 'mail' };

const PLACES: [string, z.ZodType, (secret: string) => object][] = [
  [
    'imap.auth.secret',
    mailboxRequestSchema,
    (secret) => ({ address: 'a@example.com', imap: { ...IMAP, auth: { secret } } }),
  ],
  ['imap.auth.secret', mailboxPatchSchema, (secret) => ({ imap: { auth: { secret } } })],
  ['imap.auth.secret', mailboxTestBodySchema, (secret) => ({ imap: { auth: { secret } } })],
  ['password', mailSenderBodySchema, (password) => ({ ...SENDER, password })],
  ['dkim.private_key', mailSenderBodySchema, (private_key) => ({ ...SENDER, dkim: { ...DKIM, private_key } })],
  ['api_key', aiProviderBodySchema, (api_key) => ({ type: 'openai', api_key })],
  ['secret', webhookSecretRotationSchema, (secret) => ({ secret })],
];

it.each(PLACES)(
  'the name of a secret in the place of its value is refused as %s, and what to give is said',
  (path, schema, body) => {
    const refused = schema.safeParse(body('{{secrets.mail_password}}'));
    const issues = refused.error?.issues.map((issue) => [issue.path.join('.'), issue.message]);
    expect(issues).toEqual([[path, expect.stringContaining('give the value itself')]]);
    for (const value of ['correct-horse-battery-staple', '{{braces}}of-a-password', 'secrets.of.a.house'])
      expect(schema.safeParse(body(value)).error).toBeUndefined();
  },
);
