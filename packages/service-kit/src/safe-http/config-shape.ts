import { z } from 'zod';
import { jsonOf, SECRET } from '../config.js';
import { AllowList } from './allow-list.js';
import { HttpRoutes, httpRoutesSchema } from './http-routes.js';

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

/** Settings of a service whose calls may go through proxies, or need certificates. */
export const httpRoutesConfigShape = {
  MILLRACE_HTTP_ROUTES: jsonOf(httpRoutesSchema)
    .default(new HttpRoutes([]))
    .describe(
      'JSON `[{"organisations", "hosts", "proxy", "client_certificate", "authorities"}]`: how HTTP steps, models and outgoing events reach hosts that are behind a proxy or require a certificate ([operate](../../docs/operate.md#proxies-and-client-certificates))',
    )
    .meta(SECRET),
};
