import { createHash } from 'node:crypto';
import { LIMITS } from '@millrace/contracts';
import { withoutQuery, type SafeHttpClient } from '@millrace/service-kit/safe-http';
import { LRUCache } from 'lru-cache';
import { StepFailure } from '../../steps/step-failure.js';
import type { OriginCircuits } from '../origin-circuits.js';
import { basic } from './basic.js';
import type { AuthOf } from './rendered-auth.js';
import { membersOf, ToldReason } from './told-reason.js';

type OauthAuth = AuthOf<'oauth2_client_credentials'>;

/** For whom a token is. */
export interface TokenCall {
  readonly organisationId: string;
  readonly signal: AbortSignal;
}

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What a response that has no `expires_in` is good for, and by how much sooner a token is not used any more. Milliseconds. */
const UNKNOWN_MS = 60_000;
const MARGIN_MS = 30_000;
const RESPONSE_BYTES = 64 * 1024;
const LONGEST_TOKEN = 16_384;

/**
 * Access tokens by client credentials (RFC 6749, 4.4). A token is kept until shortly before it expires, in memory, under a hash of what it
 * belongs to: organisation, address, client, its secret, and all that is said about the token. So a changed secret gets a token of its own.
 */
export class OauthTokens {
  /** By size, since room for `max` entries would be made at once. */
  readonly #kept = new LRUCache<string, Token>({ maxSize: LIMITS.oauthTokens, sizeCalculation: () => 1 });
  /** Requests under way, so that many steps at once ask once. */
  readonly #asking = new Map<string, { readonly token: Promise<Token>; readonly signal: AbortSignal }>();

  constructor(
    private readonly client: Pick<SafeHttpClient, 'request'>,
    private readonly circuits: Pick<OriginCircuits, 'through'>,
    private readonly now: () => number,
  ) {}

  /** A token. Throws StepFailure HTTP_STATUS_ERROR, HTTP_CIRCUIT_OPEN, STEP_FAILED, and what the client throws. */
  async get(auth: OauthAuth, call: TokenCall): Promise<string> {
    const key = keyOf(auth, call.organisationId);
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > this.now()) return kept.value;
    const { signal } = call;
    const asking = this.#asking.get(key) ?? { token: this.#asked(key, auth, call), signal };
    this.#asking.set(key, asking);
    try {
      return (await asking.token).value;
    } catch (error) {
      // It was the request of another step, which does not want it any more.
      if (!signal.aborted && asking.signal.aborted) return this.get(auth, call);
      throw error;
    }
  }

  /** A service has refused a token: the next call gets another one. */
  forget(auth: OauthAuth, organisationId: string): void {
    this.#kept.delete(keyOf(auth, organisationId));
  }

  async #asked(key: string, auth: OauthAuth, call: TokenCall): Promise<Token> {
    try {
      const token = await this.#ask(auth, call);
      this.#kept.set(key, token);
      return token;
    } finally {
      this.#asking.delete(key);
    }
  }

  async #ask(auth: OauthAuth, { organisationId, signal }: TokenCall): Promise<Token> {
    const { token_url: url, client_secret } = auth;
    const { headers, form } = questionOf(auth);
    // A step waits for the service that gives tokens as for the one that it calls.
    const { status, body } = await this.circuits.through({ organisationId, url, stop: signal }, () =>
      this.client.request({
        method: 'POST',
        url,
        organisationId,
        headers: {
          ...headers,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form.toString(),
        signal,
        followRedirects: false,
        maxResponseBytes: RESPONSE_BYTES,
      }),
    );
    const text = Buffer.from(body).toString('utf8');
    const asked = { url: withoutQuery(url), told: new ToldReason(text, [client_secret, formEncoded(client_secret)]) };
    if (status < 200 || status > 299)
      throw notGiven('HTTP_STATUS_ERROR', asked, `it returned ${status}`, {
        details: { status },
        retryable: status === 408 || status === 429 || status >= 500,
      });
    return tokenIn(text, asked, this.now());
  }
}

/** What the server of tokens is sent of `auth`. */
function questionOf({ client_id, client_secret, scope, parameters = {}, client_authentication }: OauthAuth): {
  readonly headers: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
} {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
  for (const [name, value] of Object.entries(parameters)) form.append(name, String(value));
  if (client_authentication === 'form') {
    form.append('client_id', client_id);
    form.append('client_secret', client_secret);
    return { headers: {}, form };
  }
  // Both are encoded before they are put together (RFC 6749, 2.3.1).
  return { headers: { authorization: basic(formEncoded(client_id), formEncoded(client_secret)) }, form };
}

/** The token server, and why it says that there is no token. */
interface AskedServer {
  readonly url: string;
  readonly told: ToldReason;
}

function tokenIn(text: string, asked: AskedServer, now: number): Token {
  const { access_token: value, expires_in: seconds } = membersOf(text);
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_TOKEN || !/^[\x21-\x7e]+$/.test(value))
    throw notGiven('STEP_FAILED', asked, 'its response has no access_token');
  const lasts = Number(seconds);
  return { value, until: now + (lasts > 0 ? Math.min(lasts * 1_000, 86_400_000) - MARGIN_MS : UNKNOWN_MS) };
}

function notGiven(
  code: 'HTTP_STATUS_ERROR' | 'STEP_FAILED',
  { url, told }: AskedServer,
  why: string,
  { details, retryable }: { readonly details?: object; readonly retryable?: boolean } = {},
): StepFailure {
  const reason = told.text === '' ? '' : `: ${told.text}`;
  return new StepFailure(code, `${url} gave no access token: ${why}${reason}`, {
    details: { url, ...details, ...told.members },
    ...(retryable === undefined ? {} : { retryable }),
  });
}

function keyOf(auth: OauthAuth, organisationId: string): string {
  const members = Object.entries(auth).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([organisationId, members]))
    .digest('base64');
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
