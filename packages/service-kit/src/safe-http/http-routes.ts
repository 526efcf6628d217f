import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import { z } from 'zod';
import { AllowList } from './allow-list.js';

/** What a connection shows, and whom it trusts. */
export interface RouteTls {
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly ca?: string[];
}

/** How a host is reached. */
export interface HttpRoute {
  /** With a user and a password, if it wants them. */
  readonly proxy: string | undefined;
  readonly tls: RouteTls;
}

/** Whom a route is for. */
export interface HttpRouteRule {
  /** All, where it is absent. */
  readonly organisations: ReadonlySet<string> | undefined;
  /** All, where it is absent. */
  readonly hosts: AllowList | undefined;
  readonly route: HttpRoute;
}

/** Ways to hosts that the operator of an installation has laid down, for one organisation or all: through a proxy, or with a certificate. */
export class HttpRoutes {
  readonly #rules: readonly HttpRouteRule[];

  constructor(rules: readonly HttpRouteRule[]) {
    this.#rules = rules;
  }

  /** The first rule's that is about the organisation and the host; undefined: straight there. `host` as the guard compares it. */
  find(organisationId: string | undefined, host: string): HttpRoute | undefined {
    return this.#rules.find(
      ({ organisations, hosts }) =>
        (organisations === undefined || (organisationId !== undefined && organisations.has(organisationId))) &&
        (hosts === undefined || hosts.allowsHost(host) || (isIP(host) !== 0 && hosts.allowsAddress(host))),
    )?.route;
  }
}

/** PEM as it is, or the path of a file that holds it. */
const pem = z
  .string()
  .min(1)
  .transform((text, context) => {
    if (text.includes('-----BEGIN ')) return text;
    try {
      return readFileSync(text, 'utf8');
    } catch (error) {
      context.addIssue({ code: 'custom', message: `is neither PEM nor a file that can be read: ${String(error)}` });
      return z.NEVER;
    }
  });

const hosts = z
  .array(z.string().min(1))
  .min(1)
  .transform((names, context) => {
    try {
      return AllowList.parse(names.join(','));
    } catch (error) {
      context.addIssue({ code: 'custom', message: String(error instanceof Error ? error.message : error) });
      return z.NEVER;
    }
  });

const ruleSchema = z
  .strictObject({
    organisations: z.array(z.string().min(1)).min(1).optional(),
    hosts: hosts.optional(),
    proxy: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://proxy.example.com:3128' }).optional(),
    client_certificate: z.strictObject({ certificate: pem, key: pem, passphrase: z.string().optional() }).optional(),
    authorities: pem.optional(),
  })
  .transform(({ organisations, hosts: names, proxy, client_certificate: own, authorities }, context): HttpRouteRule => {
    if (proxy === undefined && own === undefined && authorities === undefined)
      context.addIssue({ code: 'custom', message: 'must have a proxy, a client_certificate or authorities' });
    const tls: RouteTls = {
      ...(own === undefined ? {} : { cert: own.certificate, key: own.key, passphrase: own.passphrase }),
      ...(authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }),
    };
    try {
      createSecureContext(tls);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `has a certificate or key that cannot be used: ${why}` });
    }
    return { organisations: organisations && new Set(organisations), hosts: names, route: { proxy, tls } };
  });

/** {@link HttpRoutes} as they are written. The first rule that is about a call decides. */
export const httpRoutesSchema: z.ZodType<HttpRoutes> = z.array(ruleSchema).transform((rules) => new HttpRoutes(rules));
