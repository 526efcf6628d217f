import { randomBytes } from 'node:crypto';
import type { ExecutionAccepted } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { mailsWithId, rawMail } from './support/mail-house.js';

/* A file from the outside to the outside: a form of a webhook brings it, and an e-mail takes it to somebody. */

const api = new ApiClient();

it('a file that a webhook is sent arrives by e-mail as it was, byte by byte', async () => {
  // Each byte there is, line ends and zeros among them, and more than fits into one value.
  const content = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), randomBytes(700_000)]);
  const workflow = await api.create({
    name: 'Forward a scan',
    trigger: { type: 'webhook' },
    steps: [
      {
        id: 'send',
        type: 'email',
        config: { to: 'ada@example.com', subject: 'S', body: 'B', attachments: '{{input.scan}}' },
      },
      { id: 'sent', type: 'transform', config: { output: '{{send.output.message_id}}' } },
    ],
  });
  const form = new FormData();
  form.append('scan', new Blob([content], { type: 'application/pdf' }), 'scan für Ada.pdf');
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
  const raw = new Uint8Array(await encoded.arrayBuffer());
  const { body } = await new ApiClient(null).call<ExecutionAccepted>('POST', ApiClient.webhookPath(workflow), {
    raw,
    headers,
  });
  const { status, error, output } = await api.ended(body.execution_id);
  expect([status, error]).toEqual(['completed', null]);
  const [mail] = await mailsWithId(output as string);
  expect(mail).toMatchObject({
    to: ['ada@example.com'],
    attachments: [{ name: 'scan für Ada.pdf', type: 'application/pdf', bytes: content.length }],
  });
  expect(attached(await rawMail(mail?.id ?? '')).equals(content)).toBe(true);
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
});

/** The content of the one attachment of an e-mail. */
function attached(mail: string): Buffer {
  const [, part = ''] = mail.split(/^Content-Type: application\/pdf/im);
  const [head = '', rest = ''] = [part.slice(0, part.indexOf('\r\n\r\n')), part.slice(part.indexOf('\r\n\r\n'))];
  expect(head).toMatch(/^Content-Transfer-Encoding: base64/im);
  return Buffer.from(rest.slice(0, rest.indexOf('\r\n--')), 'base64');
}
