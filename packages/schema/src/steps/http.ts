import { z } from 'zod';
import { limitedRecord, marked, orTemplate, templateRecord, templateValue } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

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

/** Calls an HTTP service. Output: `{status, headers, body}`. */
export const httpStep = defineStep({
  type: 'http',
  title: 'HTTP request',
  description: 'Calls an HTTP service. Output: {status, headers, body}; {{id.data}} is the body.',
  retriedByDefault: true,
  aliases: ['http_request', 'request', 'fetch', 'api', 'webhook'],
  executable: true,
  data: 'body',
  config: z.strictObject({
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
    response: z.enum(['auto', 'json', 'text']).default('auto').meta({
      description:
        'How to read the response body: "json" fails when it is not JSON, "auto" goes by its content type (default).',
    }),
    follow_redirects: z.boolean().default(true).meta({ description: 'Follows redirects (default true).' }),
    max_response_bytes: z
      .int()
      .min(1)
      .max(104_857_600)
      .optional()
      .meta({ description: 'The step fails when the response body is larger.' }),
  }),
  output: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
  example: {
    method: 'POST',
    url: 'https://api.example.com/{{input.id}}',
    headers: { 'X-Key': '{{secrets.key}}' },
    query: { page: 1, tags: ['a', '{{input.tag}}'], none: null },
    body: { id: '{{input.id}}' },
    accept_status: [200, '4xx'],
    response: 'json',
    follow_redirects: false,
    max_response_bytes: 1000,
  },
});
