import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { z } from 'zod';
import { AllowList } from './allow-list.js';

/** What a connection shows, and whom it trusts. */
export interface RouteTls {
  /** Made once: to read all that everybody trusts for each connection would hold up everything else. */
  readonly secureContext?: SecureContext;
}

/** Where a proxy is. */
export interface RouteProxy {
  readonly origin: string;
  /** What it is given as `Proxy-Authorization`, if it requires that. */
  readonly authorization: string | undefined;
  /** What of that must not come back to who calls through it: a proxy may repeat what it was sent. */
  readonly secrets: readonly string[];
}

/** How a host is reached. */
export interface HttpRoute {
  readonly proxy: RouteProxy | undefined;
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

  /** Passwords of the proxies that calls of an organisation may go through. */
  secretsOf(organisationId: string): readonly string[] {
    return this.#rules.flatMap(({ organisations, route: { proxy } }) =>
      proxy !== undefined && (organisations === undefined || organisations.has(organisationId)) ? proxy.secrets : [],
    );
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
      // Not the text: it may be a key without its first line.
      const { code } = error as NodeJS.ErrnoException;
      context.addIssue({ code: 'custom', message: `is neither PEM nor a file that can be read (${code})` });
      return z.NEVER;
    }
  });

/** Certificates. Those that cannot be read would be passed over by TLS. */
const authoritiesPem = pem.refine((text) => {
  const blocks = text.match(/-----BEGIN [^]+?-----END [^-]+-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block)).length > 0;
  } catch {
    return false;
  }
}, 'has a certificate that cannot be read');

const proxySchema = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as http://proxy.example.com:3128' })
  .transform((text, context): RouteProxy => {
    const { origin, username, password } = new URL(text);
    if (username === '' && password === '') return { origin, authorization: undefined, secrets: [] };
    try {
      const secret = decodeURIComponent(password);
      const both = `${decodeURIComponent(username)}:${secret}`;
      return { origin, authorization: `Basic ${Buffer.from(both).toString('base64')}`, secrets: [secret, both] };
    } catch {
      context.addIssue({ code: 'custom', message: 'has a "%" in its user or password that is not written as %25' });
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
    /** Null: none, for hosts that a later rule would send through one. */
    proxy: proxySchema.nullable().optional(),
    client_certificate: z.strictObject({ certificate: pem, key: pem, passphrase: z.string().optional() }).optional(),
    authorities: authoritiesPem.optional(),
  })
  .transform(({ organisations, hosts: names, proxy, client_certificate: own, authorities }, context): HttpRouteRule => {
    if (proxy === undefined && own === undefined && authorities === undefined)
      context.addIssue({
        code: 'custom',
        message: 'must have a proxy (null for none), a client_certificate or authorities',
      });
    let tls: RouteTls = {};
    try {
      if (own !== undefined || authorities !== undefined)
        tls = {
          secureContext: createSecureContext({
            ...(own === undefined ? {} : { cert: own.certificate, key: own.key, passphrase: own.passphrase }),
            ...(authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }),
          }),
        };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `has a certificate or key that cannot be used: ${why}` });
    }
    return {
      organisations: organisations && new Set(organisations),
      hosts: names,
      route: { proxy: proxy ?? undefined, tls },
    };
  });

/** {@link HttpRoutes} as they are written. The first rule that is about a call decides. */
export const httpRoutesSchema: z.ZodType<HttpRoutes> = z.array(ruleSchema).transform((rules) => new HttpRoutes(rules));
