import { FakeSmtpServer, type FakeSmtpMessage } from '@millrace/testing';
import { aMailer, runEmail, sendersOf, type EmailCall } from '../../test/support/mail.js';
import { HEADERS, VECTORS } from '../../test/support/mail-injections.js';
import { InstallationSenders } from '../mail/installation-senders.js';

let server: FakeSmtpServer;
const mailer = aMailer();

beforeAll(async () => {
  server = await FakeSmtpServer.start();
});

afterAll(async () => {
  mailer.close();
  await server.stop();
});

beforeEach(() => void server.messages.splice(0));

const PLAIN = { to: 'ada@example.com', subject: 'S', body: 'B' };

const run = (config: object, call?: EmailCall): Promise<unknown> => runEmail(mailer, sendersOf(server), config, call);

async function sent(config: object, call?: EmailCall): Promise<FakeSmtpMessage> {
  await run(config, call);
  expect(server.messages).toHaveLength(1);
  return server.messages[0] as FakeSmtpMessage;
}

describe('email', () => {
  it('sends what the reference prints', async () => {
    const config = {
      to: '{{input.customer_email}}',
      subject: 'Welcome to Our Service!',
      body: 'Hello Ada,\nwelcome: ü 😀\n.\nThe end',
    };
    const message = await sent(config, { input: { customer_email: 'ada@example.com' } });
    expect(message.recipients).toEqual(['ada@example.com']);
    expect(message.mail).toMatchObject({ subject: 'Welcome to Our Service!', text: `${config.body}\n` });
    expect(message.mail.from?.text).toBe('"Example" <no-reply@example.com>');
    expect([...message.headerNames].sort()).toEqual(HEADERS);
  });

  it('sends to all, and shows those of bcc to nobody', async () => {
    const config = {
      ...PLAIN,
      to: 'ada@example.com, Grace <grace@example.com>',
      cc: ['joan@example.com', '{{input.more}}'],
      bcc: 'hidden@example.com, ada@example.com',
      reply_to: 'Support <support@example.com>',
      html: '<p>Hi</p>',
    };
    const output = await run(config, { input: { more: ['x@example.com'] } });
    const all = ['ada', 'grace', 'joan', 'x', 'hidden'].map((name) => `${name}@example.com`);
    expect(output).toMatchObject({ accepted: all, rejected: [] });
    const [message] = server.messages as [FakeSmtpMessage];
    expect(message.recipients).toEqual(all);
    expect(message.raw).not.toContain('hidden');
    expect([...message.headerNames].sort()).toEqual(
      [...HEADERS, 'cc', 'reply-to'].filter((name) => name !== 'content-transfer-encoding').sort(),
    );
    expect(message.mail).toMatchObject({ text: 'B', html: '<p>Hi</p>' });
  });

  it('sends Markdown as safe HTML, and as it is beside it', async () => {
    const config = { to: 'ada@example.com', subject: 'S', markdown: '**{{input.text}}**' };
    const { mail } = await sent(config, { input: { text: 'Hi <script>x</script>' } });
    expect(mail.html).toBe('<p><strong>Hi &lt;script&gt;x&lt;/script&gt;</strong></p>\n');
    expect(mail.text).toBe('**Hi <script>x</script>**');
  });

  it('replies in the thread of a message', async () => {
    const message = { message_id: '<3@example.com>', references: ['<1@example.com>', '<2@example.com>', 'no id', 7] };
    const { raw, headerNames } = await sent({ ...PLAIN, reply_to_message: '{{input}}' }, { input: message });
    expect(raw).toMatch(/^In-Reply-To: <3@example\.com>\r?$/m);
    expect(raw).toMatch(/^References: <1@example\.com> <2@example\.com> <3@example\.com>\r?$/m);
    expect([...headerNames].sort()).toEqual([...HEADERS, 'in-reply-to', 'references'].sort());
  });

  it('lets no id of a message write a header, and replies to one without an id as to any other', async () => {
    for (const message_id of [
      '<a@example.com>\r\nBcc: evil@example.com',
      '<a b@example.com>',
      '<a><b>',
      '',
      null,
      '<' + 'a'.repeat(600) + '>',
    ]) {
      server.messages.splice(0);
      const input = { message_id, references: ['<x@example.com>\nBcc: evil@example.com'] };
      const { headerNames, recipients } = await sent({ ...PLAIN, reply_to_message: '{{input}}' }, { input });
      expect([...headerNames].sort()).toEqual(HEADERS);
      expect(recipients).toEqual(['ada@example.com']);
    }
  });

  it('refers to the first and the last messages of a long thread', async () => {
    const references = Array.from({ length: 100 }, (_, index) => `<${index}@example.com>`);
    const { mail } = await sent(
      { ...PLAIN, reply_to_message: '{{input}}' },
      { input: { message_id: '<a@b.c>', references } },
    );
    expect(mail.references).toEqual(['<0@example.com>', ...references.slice(-18), '<a@b.c>']);
  });

  it('refuses to answer what is no message', async () => {
    for (const message of ['text', [1], { id: 1 }])
      await expect(
        sent({ ...PLAIN, reply_to_message: '{{input.message}}' }, { input: { message } }),
      ).rejects.toMatchObject({
        code: 'EMAIL_INVALID',
      });
  });

  it('writes a value that is no text as JSON', async () => {
    const { mail } = await sent({ ...PLAIN, body: '{{input}}' }, { input: { urgency: 'high' } });
    expect(JSON.parse(mail.text ?? '')).toEqual({ urgency: 'high' });
  });

  it('writes the subject in one line, without what ends one', async () => {
    const input = { title: ' A title\r\nof\0two\u2028lines\u0085 ' };
    expect((await sent({ ...PLAIN, subject: '{{input.title}}' }, { input })).mail.subject).toBe('A title of two lines');
  });

  it('sends the same bytes at every attempt, and others for another step', async () => {
    const config = { ...PLAIN, html: '<p>Hi</p>' };
    for (const key of ['exec_1:mail', 'exec_1:mail', 'exec_1:each[1].mail']) await run(config, { key });
    const [first, second, other] = server.messages as [FakeSmtpMessage, FakeSmtpMessage, FakeSmtpMessage];
    expect(second.raw).toBe(first.raw);
    expect(other.mail.messageId).not.toBe(first.mail.messageId);
    expect(first.mail.messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect([...server.clientNames]).toEqual(['example.com']);
  });

  it('speaks by the address of the installation only, under another name if wanted', async () => {
    const { mail } = await sent({ ...PLAIN, from: 'Support <no-reply@example.com>' });
    expect(mail.from?.text).toBe('"Support" <no-reply@example.com>');
    await expect(run({ ...PLAIN, from: 'boss@example.com' })).rejects.toMatchObject({
      code: 'EMAIL_INVALID',
      details: { field: 'config.from' },
    });
  });

  it('says which setting is missing without a sender, and which sender is unknown', async () => {
    const none = new InstallationSenders({ account: undefined, from: undefined, ratePerMinute: 0 });
    await expect(runEmail(mailer, none, PLAIN)).rejects.toMatchObject({
      code: 'EMAIL_NOT_CONFIGURED',
      message: expect.stringContaining('MILLRACE_SMTP_URL') as string,
    });
    await expect(run({ ...PLAIN, sender: 'other' })).rejects.toMatchObject({
      code: 'MAIL_SENDER_NOT_FOUND',
      message: expect.stringContaining('PUT /v1/mail/senders/other') as string,
    });
  });

  it.each([
    ['to', '{{input.none}}', /no recipient/],
    ['to', '{{input.crowd}}', /101 recipients, more than 100/],
    ['subject', '{{input.long}}', /999 characters, more than 998/],
    ['markdown', '{{input.huge}}', /more than 131072/],
    ['body', '{{input.huge}}', /more than 1048576/],
  ])('refuses too much or too little in %s before it is sent: %s', (field, value, message) => {
    const input = {
      none: [],
      crowd: Array.from({ length: 101 }, (_, index) => `a${index}@example.com`),
      long: 'x'.repeat(999),
      huge: 'ü'.repeat(600_000),
    };
    expect(() => run({ ...PLAIN, [field]: value }, { input })).toThrow(
      expect.objectContaining({ code: 'EMAIL_INVALID', message: expect.stringMatching(message) as string }),
    );
  });
});

/** What the vectors are put into the place of, each in turn. */
const PLACES = ['to', 'cc', 'bcc', 'from', 'reply_to', 'name', 'subject', 'body', 'html', 'markdown'] as const;

describe.each(PLACES)('an injection in %s', (place) => {
  it.each(VECTORS)('reaches no other recipient and makes no further header: %j', async (vector) => {
    const value = place === 'from' ? `no-reply@example.com${vector}` : `x@example.com${vector}`;
    const field = place === 'name' ? { to: '"{{input.value}}" <ada@example.com>' } : { [place]: '{{input.value}}' };
    const base = place === 'markdown' ? { ...PLAIN, body: undefined } : PLAIN;
    const failure: unknown = await (async () => run({ ...base, ...field }, { input: { value } }))().catch(
      (error: unknown) => error,
    );
    const refused = (failure as { code?: string }).code;
    if (refused !== undefined) {
      expect(refused).toBe('EMAIL_INVALID');
      expect(server.messages).toEqual([]);
      return;
    }
    const [message] = server.messages as [FakeSmtpMessage];
    expect(server.messages).toHaveLength(1);
    expect(message.from).toBe('no-reply@example.com');
    // An address in angle brackets behind a name is the one that was meant.
    const named = vector === ' <evil@example.org>' && ['to', 'cc', 'bcc'].includes(place);
    const meant = { to: [], cc: ['ada@example.com'], bcc: ['ada@example.com'] }[place as 'to'] ?? ['ada@example.com'];
    expect(message.recipients).toEqual(named ? [...meant, 'evil@example.org'] : ['ada@example.com']);
    const added = { cc: ['cc'], reply_to: ['reply-to'] }[place as 'cc'] ?? [];
    const known = [...HEADERS, ...added];
    expect(message.headerNames.filter((name) => !known.includes(name))).toEqual([]);
    expect(new Set(message.headerNames).size).toBe(message.headerNames.length);
  });
});
