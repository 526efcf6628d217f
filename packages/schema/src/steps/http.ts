import { z } from 'zod';
import { limitedRecord, marked, orTemplate, templateRecord, templateText, templateValue } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import type { DocumentPath, Report } from '../problem.js';
import { defineStep } from '../step-definition.js';
import { hasWrittenUserInfo } from '../user-info.js';
import { httpAuth } from './http-auth.js';
import { httpPagination } from './http-pagination.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The part of the address before the first template must not make it invalid. */
function checkAddress(url: string, context: z.RefinementCtx): void {
  const [literal = ''] = url.split('{{');
  const whole = literal === url;
  if (whole ? /^https?:\/\/[^\s/?#]\S*$/i.test(url) : 'https://'.startsWith(literal) || /^https?:\/\//i.test(literal))
    return;
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(url)} is not an address that can be called`,
    params: {
      hint: 'Write the whole address, e.g. "https://api.example.com/orders" or "{{variables.base_url}}/orders".',
    },
  });
}

interface Together {
  readonly body?: unknown;
  readonly form?: unknown;
  readonly multipart?: readonly { readonly value?: unknown; readonly file?: unknown }[] | undefined;
  readonly file?: unknown;
  readonly pagination?: unknown;
  readonly response: string;
}

/** What does not go together. */
function checkTogether(config: Together, context: z.RefinementCtx): void {
  const issue = (message: string, hint: string, path: (string | number)[] = []): void =>
    context.addIssue({ code: 'custom', message, path, params: { hint } });
  const bodies = (['body', 'form', 'multipart', 'file'] as const).filter((name) => config[name] !== undefined);
  if (bodies.length > 1)
    issue(
      `it has both "${bodies[0]}" and "${bodies[1]}"`,
      'Give one of the two: each is the whole body of the request.',
    );
  for (const [index, { value, file }] of (config.multipart ?? []).entries()) {
    if ((value === undefined) === (file === undefined))
      issue('a part has either a "value" or a "file"', 'Give one of the two.', ['multipart', index]);
  }
  if (config.pagination !== undefined && (config.response === 'file' || config.response === 'text'))
    issue('pages are read as JSON', 'Leave out "response", or "pagination".', ['response']);
}

/** No call is made with them, and everybody who may read the workflow would see them. */
function refuseUserInfo(address: unknown, at: DocumentPath, report: Report): void {
  if (typeof address !== 'string' || !hasWrittenUserInfo(address)) return;
  report({
    code: 'invalid_value',
    at,
    message: 'the address has a user or password, and is never called with them',
    hint: 'Give them as "auth": {"type": "basic", "username": "…", "password": "{{secrets.password}}"}.',
  });
}

/** Calls an HTTP service. Output: `{status, headers, body}`. */
export const httpStep = defineStep({
  type: 'http',
  title: 'HTTP request',
  description: 'Calls an HTTP service. Output: {status, headers, body}; {{id.data}} is the body.',
  retriedByDefault: true,
  aliases: ['http_request', 'request', 'fetch', 'api', 'webhook'],
  executable: true,
  reaches: 'outside',
  data: 'body',
  config: z
    .strictObject({
      method: z
        .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
        .default('GET')
        .meta({ description: 'The HTTP method (default GET).' }),
      url: marked(
        z.string().min(1).superRefine(checkAddress).meta({ pattern: '^(https?://|[htps:/]*\\{\\{)' }),
        'template',
        'The address, e.g. "https://api.example.com/orders/{{input.id}}".',
      ),
      headers: templateRecord('Request headers, e.g. {"Authorization": "Bearer {{secrets.api_key}}"}.').optional(),
      query: orTemplate(
        limitedRecord(
          z.union([scalar, z.null(), z.array(scalar).max(FIELD_LIMITS.queryValues)]),
          FIELD_LIMITS.queryParameters,
        ),
        'Query parameters, added to those in the address; an array repeats its parameter, null leaves it out.',
      ).optional(),
      body: templateValue('The request body: text is sent as it is, anything else as JSON.').optional(),
      form: templateRecord('The request body as fields of a form (application/x-www-form-urlencoded).').optional(),
      multipart: marked(
        z
          .array(
            z.strictObject({
              name: z.string().min(1).max(FIELD_LIMITS.headerLength).meta({ description: 'The name of the part.' }),
              value: z.unknown().optional().meta({ description: 'Text is sent as it is, anything else as JSON.' }),
              file: z.unknown().optional().meta({ description: 'A file, e.g. "{{download.output.body}}".' }),
              filename: z
                .string()
                .min(1)
                .max(FIELD_LIMITS.headerLength)
                .optional()
                .meta({ description: 'A file name, by default that of the file.' }),
              content_type: z
                .string()
                .min(1)
                .max(FIELD_LIMITS.headerLength)
                .optional()
                .meta({ description: 'A media type, by default that of the file.' }),
            }),
          )
          .min(1)
          .max(FIELD_LIMITS.parts),
        'template',
        'The request body as multipart/form-data: parts with a "name" and a "value", or a "file".',
      ).optional(),
      file: templateText('The request body: the content of a file, e.g. "{{download.output.body}}".').optional(),
      auth: httpAuth.optional(),
      pagination: httpPagination.optional(),
      accept_status: z
        .array(
          z.union([
            z.int().min(100).max(599),
            z.string().regex(/^[1-5]xx$/, { error: 'must be a status such as 404, or a class of them such as "4xx"' }),
          ]),
        )
        .min(1)
        .max(FIELD_LIMITS.statuses)
        .optional()
        .meta({
          description: 'Statuses that count as success, e.g. [200, 404] or ["2xx"]. By default every status below 400.',
        }),
      response: z.enum(['auto', 'json', 'text', 'file']).default('auto').meta({
        description:
          'How to read the response body: "json" fails when it is not JSON, "file" keeps it as a file, "auto" goes by its content type (default).',
      }),
      follow_redirects: z.boolean().default(true).meta({ description: 'Follows redirects (default true).' }),
      max_response_bytes: z
        .int()
        .min(1)
        .max(104_857_600)
        .optional()
        .meta({ description: 'The step fails when the response body is larger.' }),
    })
    .superRefine(checkTogether),
  check({ url, auth }, at, report) {
    refuseUserInfo(url, [...at, 'url'], report);
    if (typeof auth === 'object' && auth !== null && 'token_url' in auth)
      refuseUserInfo(auth.token_url, [...at, 'auth', 'token_url'], report);
  },
  output: z.object({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
    pages: z.int().optional(),
    more: z.boolean().optional(),
  }),
  example: {
    method: 'POST',
    url: 'https://api.example.com/{{input.id}}',
    headers: { 'X-Key': '{{secrets.key}}' },
    query: { page: 1, tags: ['a', '{{input.tag}}'], none: null },
    body: { id: '{{input.id}}' },
    auth: { type: 'bearer', token: '{{secrets.token}}' },
    pagination: { type: 'cursor', parameter: 'after', next: 'next', items: 'data', max_pages: 2 },
    accept_status: [200, '4xx'],
    response: 'json',
    follow_redirects: false,
    max_response_bytes: 1000,
  },
});
