import { derivedId } from '@millrace/contracts';
import { MailboxCensus } from './mailbox-census.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import type { MailboxCursorsRepository } from './mailbox-cursors.repository.js';
import type { MailboxEvents } from './mailbox-events.js';
import { silentMailboxes } from './mailboxes.metrics.js';
import { SILENCE } from './mailbox-health.js';
import type { Mailbox } from './mailbox.js';
import type { Watchers } from './watchers.js';

const NOW = new Date('2026-11-26T12:00:00Z');
const POLL_MS = 30_000;
const ago = (milliseconds: number): Date => new Date(NOW.getTime() - milliseconds);

/** Which of some mailboxes are announced as silent, with what, and how many are counted. */
async function announced(records: Readonly<Record<string, Partial<MailboxCursorRecord>>>) {
  const all = Object.entries(records).map(([name, more]) => ({
    _id: derivedId('mailbox', NOW.getTime() - 3_600_000, [name, 'test']),
    organisation_id: name,
    until: new Date(0),
    connected: false,
    stopped: null,
    last_poll_at: null,
    last_message_at: null,
    error: null,
    ...more,
  })) as unknown as MailboxCursorRecord[];
  const mailboxes = all.map(({ _id, organisation_id }) => ({ id: _id, organisationId: organisation_id }) as Mailbox);
  const told: [string, string][] = [];
  const silent = ({ organisationId }: Mailbox, _: MailboxCursorRecord, error: string): Promise<void> =>
    Promise.resolve(void told.push([organisationId, error]));
  const cursors = { now: () => NOW, ofAll: () => Promise.resolve(all) } as Partial<MailboxCursorsRepository>;
  const census = new MailboxCensus(
    { MILLRACE_MAILBOX_POLL_SECONDS: POLL_MS / 1_000 },
    { warn: () => undefined },
    { mailboxes } as Partial<Watchers> as Watchers,
    cursors as MailboxCursorsRepository,
    { silent } as Partial<MailboxEvents> as MailboxEvents,
  );
  await census.take(new AbortController().signal);
  return { told, counted: (await silentMailboxes.get()).values[0]?.value };
}

it('a mailbox that nobody holds is announced once it was not looked at for three polls, or not at all', async () => {
  const { told, counted } = await announced({
    never: {},
    long: { last_poll_at: ago(3 * POLL_MS + 1), error: 'The mail server closed the connection' },
    lately: { last_poll_at: ago(3 * POLL_MS) },
  });
  expect(told).toEqual([
    ['never', SILENCE],
    ['long', 'The mail server closed the connection'],
  ]);
  expect(counted).toBe(2);
});

it('one that a process holds is left to that one, and one whose login is refused is not silent', async () => {
  const long = { last_poll_at: ago(10 * POLL_MS) };
  expect(await announced({ held: { ...long, until: ago(-1) }, stopped: { ...long, stopped: 's' } })).toEqual({
    told: [],
    counted: 1,
  });
});
