import { z } from 'zod';
import { marked } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';

const text = () => z.string().min(1).max(FIELD_LIMITS.templateLength);
const name = () => z.string().min(1).max(FIELD_LIMITS.headerLength);

/** How a request says who it comes from. */
export const httpAuth = marked(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('basic'),
      username: text(),
      password: z.string().max(FIELD_LIMITS.templateLength),
    }),
    z.strictObject({ type: z.literal('bearer'), token: text() }),
    z.strictObject({
      type: z.literal('api_key'),
      name: name(),
      value: text(),
      in: z.enum(['header', 'query']).default('header'),
    }),
    z.strictObject({
      type: z.literal('oauth2_client_credentials'),
      token_url: text(),
      client_id: text(),
      client_secret: text(),
      scope: text().optional(),
    }),
    z.strictObject({
      type: z.literal('hmac'),
      secret: text(),
      header: name().default('X-Signature'),
      algorithm: z.enum(['sha256', 'sha384', 'sha512', 'sha1']).default('sha256'),
    }),
    z.strictObject({
      type: z.literal('aws_sigv4'),
      access_key_id: text(),
      secret_access_key: text(),
      session_token: text().optional(),
      region: text(),
      service: text(),
    }),
  ]),
  'template',
  'How the request says who it comes from, e.g. {"type": "bearer", "token": "{{secrets.api_key}}"}: basic, bearer, api_key, oauth2_client_credentials, hmac or aws_sigv4.',
);
