import { z } from 'zod';
import { orTemplate, templateRecord, templateText, templateValue } from '../fields.js';
import { isPlainObject } from '../field-sites.js';
import type { DocumentPath, Report } from '../problem.js';
import { defineStep } from '../step-definition.js';
import { isUnsentHeader } from './unsent-headers.js';

function reportUnsent({ headers }: Readonly<Record<string, unknown>>, at: DocumentPath, report: Report): void {
  if (!isPlainObject(headers)) return;
  for (const name of Object.keys(headers).filter(isUnsentHeader))
    report({
      severity: 'warning',
      code: 'unsent_header',
      at: [...at, 'headers', name],
      message: 'this header is not sent',
      hint: 'A workflow sets no cookies, nothing that concerns all of this address, and nothing that the connection needs itself.',
    });
}

/** Responds to the caller that waits for the execution. Output: `{status, headers, body}`. */
export const respondStep = defineStep({
  type: 'respond',
  title: 'Respond',
  description:
    'Responds to a caller that waits for the execution; the execution goes on. Output: {status, headers, body}.',
  aliases: ['response', 'respond_to_webhook', 'reply'],
  executable: true,
  reaches: 'nothing',
  responds: true,
  config: z.strictObject({
    status: orTemplate(z.int().min(200).max(599), 'The HTTP status of the answer (default 200).').default(200),
    content_type: templateText(
      'The media type of the body; by default "text/plain; charset=utf-8" for a text and "application/json" for anything else.',
    ).optional(),
    headers: templateRecord(
      'Further headers of the answer. Some are not sent: cookies, what concerns all of the server, and what the connection needs itself.',
    ).optional(),
    body: templateValue('The body of the answer: text as it is, anything else as JSON.').optional(),
  }),
  output: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown().optional() }),
  check: reportUnsent,
  example: { status: 201, content_type: 'application/json', headers: { 'X-A': 'b' }, body: { ok: true } },
});
