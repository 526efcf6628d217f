import type { MailAccount } from './sender.js';

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

/**
 * Reads `smtp://user:password@host:port` (STARTTLS, or with `?tls=none` without TLS) and `smtps://…` (TLS from the beginning). Throws
 * an Error that says what is wrong, without any of the text: that may be a password.
 */
export function parseSmtpUrl(text: string): MailAccount {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = url?.protocol;
  if (url === undefined || (protocol !== 'smtp:' && protocol !== 'smtps:') || url.hostname === '')
    throw new Error('must be an address such as smtp://user:password@mail.example.com:587 or smtps://…:465');
  if (url.hash !== '' || !['', '/'].includes(url.pathname))
    throw new Error(
      'has a part behind the host and port; a password with "/", "#" or "?" is written with %2F, %23, %3F',
    );
  const tls = url.searchParams.get('tls') ?? 'starttls';
  const unknown = [...url.searchParams.keys()].some((name) => name !== 'tls');
  if (unknown || !['starttls', 'none'].includes(tls) || (protocol === 'smtps:' && url.searchParams.has('tls')))
    throw new Error('has a query that is not ?tls=none or ?tls=starttls (smtp:// only)');
  const user = decoded(url.username);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORTS[protocol] : Number(url.port),
    tls: protocol === 'smtps:' ? 'implicit' : (tls as 'starttls' | 'none'),
    ...(user === '' ? {} : { user, password: decoded(url.password) }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a "%" in its user or password that is none of a code such as %40; write it as %25');
  }
}
