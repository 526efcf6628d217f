import { ListMailboxMessages, type MailboxMessage } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { kill, startProcess } from './ingest-process.fixture.js';
import { BOMBS, CORPUS } from './torture.fixture.js';

/** Far more than it takes. */
const LIMIT_MS = 300_000;

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await IngestFixture.open();
}, 180_000);
afterAll(() => fixture.stop());

/** What a workflow is given of a message. */
interface StartedMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What came into a mailbox, as the process that watches it says. */
async function messagesIn({ organisationId, id }: TestMailbox): Promise<MailboxMessage[]> {
  const question = { organisation_id: organisationId, mailbox_id: id, limit: 100 };
  const all: MailboxMessage[] = [];
  for (let after: { starting_after?: string } = {}; ;) {
    const page = await fixture.bus.request(ListMailboxMessages, { ...question, ...after });
    all.push(...page.messages);
    if (page.next_cursor === null) return all;
    after = { starting_after: page.next_cursor };
  }
}

it(
  'ends with every malformed message and every bomb of a mailbox, starts by the one behind them, and goes on',
  async () => {
    // None is left unread because it is automatic.
    const mailbox = await fixture.mailbox({ since: 'all', port: 9, trigger: { accept_automatic: true } });
    const bombs = BOMBS.map(([name, source]) => [name, Buffer.from(source(), 'latin1')] as const);
    // Each is for the mailbox, as its server notes, and is known by its name.
    for (const [name, source] of [...CORPUS, ...bombs])
      fixture.deliver(
        mailbox,
        Buffer.concat([Buffer.from(`Delivered-To: ${mailbox.address}\r\nX-Name: ${name}\r\n`), source]),
      );
    fixture.deliver(mailbox, aMessage(mailbox.address, 'Behind them'));
    await fixture.publish(mailbox, { since: 'all' });
    const service = await startProcess(fixture.environment);
    const messages = await waitUntil(
      'all verdicts',
      async () => {
        const found = await messagesIn(mailbox).catch(() => []);
        const isOver =
          found.length > CORPUS.length + BOMBS.length && found.every(({ verdict }) => verdict !== 'pending');
        return isOver ? found : null;
      },
      LIMIT_MS,
      { everyMs: 500 },
    );
    expect(messages).toHaveLength(CORPUS.length + BOMBS.length + 1);
    expect([service.exitCode, service.signalCode]).toEqual([null, null]);
    const passed = messages.filter(({ verdict }) => verdict !== 'started');
    expect(passed.filter(({ verdict, reason }) => verdict !== 'unreadable' || reason === null)).toEqual([]);
    const started = (await fixture.starts(mailbox)).map(({ input }) => input as StartedMessage);
    expect(started).toHaveLength(messages.length - passed.length);
    expect(started.map(({ subject }) => subject)).toContain('Behind them');
    const names = new Set(started.map(({ headers }) => headers['x-name']));
    expect(CORPUS.filter(([name]) => !names.has(name))).toEqual([]);
    await kill(service);
  },
  LIMIT_MS + 60_000,
);
