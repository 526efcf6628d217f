import { z } from 'zod';
import { limitedRecord, marked } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';

const text = (description: string) => z.string().min(1).max(FIELD_LIMITS.templateLength).meta({ description });
const name = (description: string) => z.string().min(1).max(FIELD_LIMITS.headerLength).meta({ description });
const type = <Type extends string>(value: Type, description: string) => z.literal(value).meta({ description });

/** What the step sends to the server of tokens by itself, from the other fields. */
const OF_THE_STEP: readonly string[] = ['grant_type', 'scope', 'client_id', 'client_secret'];

const tokenParameters = limitedRecord(z.union([z.string(), z.number(), z.boolean()]), FIELD_LIMITS.headers)
  .superRefine((parameters, context) => {
    for (const parameter of Object.keys(parameters))
      if (OF_THE_STEP.includes(parameter))
        context.addIssue({
          code: 'custom',
          path: [parameter],
          message: `${JSON.stringify(parameter)} is sent by the step itself`,
          params: { hint: `Leave it out here: "auth" has fields for it.` },
        });
  })
  .meta({
    description:
      'What else the server of tokens needs, e.g. {"audience": "https://api.example.com"}; the values are texts, numbers or booleans.',
  });

/** How a request says who it comes from. */
export const httpAuth = marked(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: type('basic', 'A user name and a password.'),
      username: text('The user name.'),
      password: z.string().max(FIELD_LIMITS.templateLength).meta({ description: 'The password; it may be empty.' }),
    }),
    z.strictObject({
      type: type('bearer', 'A token in the header Authorization.'),
      token: text('The token, e.g. "{{secrets.api_key}}".'),
    }),
    z.strictObject({
      type: type('api_key', 'A key in a header or in the query.'),
      name: name('The name of the header or parameter.'),
      value: text('The key, e.g. "{{secrets.api_key}}".'),
      in: z.enum(['header', 'query']).default('header').meta({ description: 'Where the key is (default header).' }),
    }),
    z.strictObject({
      type: type('oauth2_client_credentials', 'An access token that is got by client credentials.'),
      token_url: text('Where tokens are got.'),
      client_id: text('The id of the client.'),
      client_secret: text('The secret of the client, e.g. "{{secrets.client_secret}}".'),
      scope: text('What the token is to be good for; several scopes with spaces between them.').optional(),
      parameters: tokenParameters.optional(),
      client_authentication: z
        .enum(['basic', 'form'])
        .optional()
        .meta({ description: 'Whether the id and the secret are sent in the header or in the form (default basic).' }),
    }),
    z.strictObject({
      type: type('hmac', 'An HMAC of the request body, in hex.'),
      secret: text('The secret that both sides share, e.g. "{{secrets.signing_key}}".'),
      header: name('The header with the signature (default X-Signature).').default('X-Signature'),
      algorithm: z
        .enum(['sha256', 'sha384', 'sha512', 'sha1'])
        .default('sha256')
        .meta({ description: 'The hash function (default sha256).' }),
    }),
    z.strictObject({
      type: type('aws_sigv4', 'Signature Version 4 of AWS.'),
      access_key_id: text('The id of the access key.'),
      secret_access_key: text('The secret access key, e.g. "{{secrets.aws_key}}".'),
      session_token: text('The token of a temporary access key.').optional(),
      region: text('The region, e.g. "eu-central-1".'),
      service: text('The service, e.g. "s3".'),
    }),
  ]),
  'template',
  'How the request says who it comes from, e.g. {"type": "bearer", "token": "{{secrets.api_key}}"}: basic, bearer, api_key, oauth2_client_credentials, hmac or aws_sigv4.',
);
