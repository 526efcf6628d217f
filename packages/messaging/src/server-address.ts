/** How to reach NATS, as options of its client. */
export interface ServerAddress {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly tls?: Record<string, never>;
}

/**
 * Reads `nats://[user:password@ | token@]host[:port]`, several separated by commas. The client takes addresses without
 * credentials only. Those of the first address count for all; `tls://` requires TLS. Throws an Error that names what is wrong,
 * without the password.
 */
export function serverAddress(url: string): ServerAddress {
  const parsed = url.split(',').map((part) => parse(part.trim()));
  const [first] = parsed;
  if (first === undefined) throw new Error('The NATS URL is empty; it should be e.g. nats://127.0.0.1:4222');
  const name = decodeURIComponent(first.username);
  const password = decodeURIComponent(first.password);
  const credentials = name === '' ? {} : password === '' ? { token: name } : { user: name, pass: password };
  return {
    servers: parsed.map(({ host }) => host),
    ...credentials,
    ...(parsed.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  };
}

function parse(part: string): URL {
  const withScheme = part.includes('://') ? part : `nats://${part}`;
  if (!URL.canParse(withScheme)) {
    throw new Error(
      `"${part.replace(/^.*@/, '…@')}" is no address of a NATS server; it should be e.g. nats://127.0.0.1:4222`,
    );
  }
  return new URL(withScheme);
}
