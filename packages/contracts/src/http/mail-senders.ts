import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { NOT_A_REFERENCE } from './given-secret.js';
import { serverHost } from './server-host.js';
import { settingDescription, settingShape } from './settings.js';

/** When a connection to a mail server is encrypted. */
const TLS_MODES = ['starttls', 'implicit', 'none'] as const;
const tls = z.enum(TLS_MODES).meta({
  description:
    '`starttls`: before the login, or nothing is sent (port 587). `implicit`: from the first byte (port 465). `none`: never, for a server that asks for no login.',
});

const host = serverHost(LIMITS.mailAddressCharacters, 'smtp.example.com').meta({ description: 'The mail server.' });
const port = z.int().min(1, { abort: true }).max(65_535);
/** Ports below 1024 that mail is handed over at. Others there are services of another kind, which nobody should find out about by this. */
const MAIL_PORTS: readonly number[] = [25, 465, 587];
const requestPort = port.refine((number) => number >= 1_024 || MAIL_PORTS.includes(number), {
  message: `must be ${MAIL_PORTS.join(', ')}, or from 1024 on`,
});
const from = z
  .string()
  .min(1)
  .max(LIMITS.mailAddressCharacters)
  .meta({ description: 'The address that it sends from, with a name if wanted: `Support <support@example.com>`.' });
/** RFC 6376: labels of a name in the DNS. */
const DNS_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const dkimShape = {
  domain: z
    .string()
    .max(LIMITS.mailAddressCharacters)
    .regex(DNS_NAME, 'must be a domain, such as example.com')
    .meta({ description: 'The domain that signs; receivers require it to be that of `from`.' }),
  selector: z
    .string()
    .max(LIMITS.mailAddressCharacters)
    .regex(DNS_NAME, 'must be a selector, such as mail2026')
    .meta({ description: 'The public key is in the DNS at `SELECTOR._domainkey.DOMAIN`.' }),
};
const dkimKeySchema = z.object(dkimShape).register(apiSchemas, { id: 'DkimKey' });
const dkimRequest = z
  .strictObject({
    ...dkimShape,
    private_key: z
      .string()
      .min(1)
      .refine((value) => utf8ToBytes(value).length <= LIMITS.dkimKeyBytes, {
        error: `must have at most ${LIMITS.dkimKeyBytes} bytes`,
      })
      .refine(...NOT_A_REFERENCE)
      .optional()
      .meta({
        description:
          'An RSA key as PEM. Never returned. Without it, the one that there is stays, as long as domain and selector stay the same.',
      }),
  })
  .register(apiSchemas, { id: 'DkimKeyRequest' });

const ratePerMinute = z.int().min(0).max(LIMITS.mailSenderRate);
/** Without line breaks and the like, which no login has. */
const credential = z
  .string()
  .min(1)
  .refine((value) => !/\p{Cc}/u.test(value), 'must have no line breaks or other control characters');

/** An account that e-mail steps send by, without its password: nothing returns that. */
export const mailSenderResourceSchema = z
  .object({
    ...settingShape,
    host,
    port,
    tls,
    user: z.string().nullable().meta({ description: 'Null where the server asks for no login.' }),
    from,
    rate_per_minute: ratePerMinute.meta({ description: 'E-mails in a minute, further ones wait; 0 for no limit.' }),
    dkim: dkimKeySchema
      .nullable()
      .optional()
      .meta({ description: 'By which key its e-mails are signed (DKIM); null without one.' }),
  })
  .register(apiSchemas, { id: 'MailSender' });
export type MailSenderResource = z.output<typeof mailSenderResourceSchema>;

const requestShape = {
  host,
  port: requestPort.default(587),
  tls: tls.default('starttls'),
  user: credential.max(LIMITS.mailAddressCharacters).optional(),
  password: credential
    .refine((value) => utf8ToBytes(value).length <= LIMITS.mailPasswordBytes, {
      error: `must have at most ${LIMITS.mailPasswordBytes} bytes`,
    })
    .refine(...NOT_A_REFERENCE)
    .optional()
    .meta({
      description:
        'Never returned. Without it, the one that there is stays, as long as server, encryption and user stay the same.',
    }),
  from,
  rate_per_minute: ratePerMinute.default(60),
  dkim: dkimRequest.optional().meta({ description: 'Signs e-mails, so that receivers trust them (DKIM).' }),
  description: settingDescription,
};

/** What {@link mailSenderBodySchema} has checked, as one service passes it to another. */
export const mailSenderRequestSchema = z.object(requestShape);
export type MailSenderRequest = z.output<typeof mailSenderRequestSchema>;

/** Body of PUT /v1/mail/senders/{sender_name}. */
export const mailSenderBodySchema = z
  .strictObject(requestShape)
  .superRefine(({ tls: mode, user, password }, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (mode === 'none' && user !== undefined)
      issue('tls', 'must be "starttls" or "implicit" with a user: the password would travel in clear text');
    if (password !== undefined && user === undefined) issue('user', 'is required with a password');
  })
  .register(apiSchemas, { id: 'MailSenderRequest' });

/** By name; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const mailSenderListSchema = z
  .object({ senders: z.array(mailSenderResourceSchema), next_cursor: z.string().nullable(), has_more: z.boolean() })
  .register(apiSchemas, { id: 'MailSenderList' });
export type MailSenderList = z.output<typeof mailSenderListSchema>;

/** Body of POST /v1/mail/senders/{sender_name}/test. */
export const mailSenderTestBodySchema = z
  .strictObject({ to: z.string().min(1).max(LIMITS.mailAddressCharacters).meta({ description: 'One address.' }) })
  .register(apiSchemas, { id: 'MailSenderTestRequest' });

/** What the server said to the e-mail of a test. */
export const mailSenderTestSchema = z
  .object({ message_id: z.string(), accepted: z.array(z.string()), rejected: z.array(z.string()) })
  .register(apiSchemas, { id: 'MailSenderTest' });
export type MailSenderTest = z.output<typeof mailSenderTestSchema>;
