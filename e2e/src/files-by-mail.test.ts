import { randomBytes } from 'node:crypto';
import type { ExecutionAccepted, ExecutionList } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { deliver, mailsWithId, rawMail, untilHouseIsWatched } from './support/mail-house.js';

/* Files from the outside to the outside: a form of a webhook or a message brings them, and an e-mail takes them to somebody. */

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

it('what is attached to a message is read by a later step, and is sent on as it was', async () => {
  const DESK = 'scans@millrace.local';
  const list = 'Grüße\r\n12 Äpfel\r\n';
  const scan = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), randomBytes(300_000)]);
  await untilHouseIsWatched(api);
  const workflow = await api.create({
    name: 'Read and forward',
    trigger: { type: 'email', config: { address: DESK, has_attachment: true } },
    steps: [
      { id: 'wait', type: 'wait', config: { duration: '1s' } },
      { id: 'read', type: 'transform', config: { output: '{{text(input.attachments[0])}}' } },
      {
        id: 'forward',
        type: 'email',
        config: { to: 'ada@example.com', subject: 'F', body: 'F', attachments: '{{input.attachments}}' },
      },
      {
        id: 'done',
        type: 'transform',
        config: { output: { read: '{{read.output}}', sent: '{{forward.output.message_id}}' } },
      },
    ],
  });
  await deliver(
    DESK,
    message(DESK, [
      ['list.txt', 'text/plain', Buffer.from(list)],
      ['scan.pdf', 'application/pdf', scan],
    ]),
  );
  const [started] = await eventually('an execution', async () => {
    const { executions } = await api.expect<ExecutionList>(200, 'GET', `/workflows/${workflow.id}/executions`);
    return executions.length > 0 ? executions : undefined;
  });
  const { status, error, output } = await api.ended(started?.id ?? '');
  expect([status, error]).toEqual(['completed', null]);
  const { read, sent } = output as { read: string; sent: string };
  expect(read).toBe(list);
  const [mail] = await mailsWithId(sent);
  expect(mail).toMatchObject({
    to: ['ada@example.com'],
    attachments: [
      { name: 'list.txt', type: 'text/plain', bytes: Buffer.byteLength(list) },
      { name: 'scan.pdf', type: 'application/pdf', bytes: scan.length },
    ],
  });
  expect(attached(await rawMail(mail?.id ?? '')).equals(scan)).toBe(true);
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
});

/** A message as its sender's program writes it. */
function message(to: string, attachments: readonly [name: string, type: string, content: Buffer][]): string {
  const parts = attachments.map(([name, type, content]) =>
    [
      '--x',
      `Content-Type: ${type}`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      ...(content.toString('base64').match(/.{1,76}/g) ?? []),
    ].join('\r\n'),
  );
  const head = [
    'From: grace@example.com',
    `To: ${to}`,
    'Subject: Scans',
    `Message-ID: <${randomBytes(9).toString('hex')}@example.com>`,
  ];
  const mime = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x', '', '--x', '', 'See attached.'];
  return [...head, ...mime, ...parts, '--x--'].join('\r\n');
}

/** The content of the one PDF that is attached to an e-mail. */
function attached(mail: string): Buffer {
  const [, part = ''] = mail.split(/^Content-Type: application\/pdf/im);
  const [head = '', rest = ''] = [part.slice(0, part.indexOf('\r\n\r\n')), part.slice(part.indexOf('\r\n\r\n'))];
  expect(head).toMatch(/^Content-Transfer-Encoding: base64/im);
  return Buffer.from(rest.slice(0, rest.indexOf('\r\n--')), 'base64');
}
