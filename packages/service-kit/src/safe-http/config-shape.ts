import { z } from 'zod';
import { AllowList } from './allow-list.js';

/** Settings of a service that calls hosts which users choose. */
export const allowedHostsConfigShape = {
  MILLRACE_HTTP_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return AllowList.parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    })
    .describe(
      'hosts, domains and networks that HTTP steps, mail senders and mailboxes of organisations may call although they are not public: `intranet.example.com, *.corp.example.com, 10.0.0.0/8`',
    ),
};
