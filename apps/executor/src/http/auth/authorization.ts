import { createHmac } from 'node:crypto';
import { withQuery } from '../fields-of-request.js';
import { awsHeaders } from './aws-signature.js';
import { basic } from './basic.js';
import { eachPiece, type SignedRequest } from './signed-request.js';
import type { OauthTokens, TokenCall } from './oauth-tokens.js';
import type { AuthOf, RenderedAuth } from './rendered-auth.js';

/** What a request gets by its `auth`. */
export interface Authorized {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What must not be recorded of it, beside the secrets that the workflow names. */
  readonly hidden: readonly string[];
}

/** What makes it. */
export interface AuthNeeds {
  readonly tokens: Pick<OauthTokens, 'get'>;
  readonly now: () => number;
}

/** The address and headers of a request that says who it comes from. */
export async function authorized(
  auth: RenderedAuth,
  request: SignedRequest,
  { tokens, now }: AuthNeeds,
  call: TokenCall,
): Promise<Authorized> {
  const { url, headers } = request;
  const withHeaders = (more: Readonly<Record<string, string>>, hidden: readonly string[] = []): Authorized => ({
    url,
    headers: { ...headers, ...more },
    hidden,
  });
  switch (auth.type) {
    case 'basic':
      return withHeaders({ authorization: basic(auth.username, auth.password) });
    case 'bearer':
      return withHeaders({ authorization: `Bearer ${auth.token}` });
    case 'api_key':
      return auth.in === 'query'
        ? { ...withHeaders({}), url: withQuery(url, { [auth.name]: auth.value }) }
        : withHeaders({ [auth.name.toLowerCase()]: auth.value });
    case 'oauth2_client_credentials': {
      const token = await tokens.get(auth, call);
      return withHeaders({ authorization: `Bearer ${token}` }, [token]);
    }
    case 'hmac':
      return withHeaders({ [auth.header.toLowerCase()]: await signatureOf(auth, request) });
    case 'aws_sigv4':
      return withHeaders(await awsHeaders(auth, request, now()));
  }
}

/** Of the body, in hex; of an empty one where there is none. */
async function signatureOf({ secret, algorithm }: AuthOf<'hmac'>, { body }: SignedRequest): Promise<string> {
  const hmac = createHmac(algorithm, secret);
  for await (const piece of eachPiece(body)) hmac.update(piece);
  return hmac.digest('hex');
}
