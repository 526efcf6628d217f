import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { StartsSnapshot } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { MailboxCursorsRepository } from '../src/mailboxes/mailbox-cursors.repository.js';
import { aMessage, IngestFixture } from './ingest.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const setPaused = (paused: boolean) =>
  fixture.bus.snapshots.put(StartsSnapshot, undefined, { paused, since: new Date().toISOString(), reason: null });

it('while all starts are paused a message waits in its mailbox, which stays healthy, and then starts its execution once', async () => {
  const mailbox = await fixture.mailbox({ wanted: ['mailbox.unhealthy'] });
  await fixture.untilState(app, mailbox, 'healthy');
  const takes = jest.spyOn(app.get(MailboxCursorsRepository), 'write');
  await setPaused(true);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Waits'));
  await waitUntil('the message to be found', async () => (await fixture.messages(app, mailbox)).length === 1);
  takes.mockClear();
  // Three looks more: a failure would be announced after as many.
  await waitUntil('more looks', () => takes.mock.calls.filter(([, { last_poll_at }]) => last_poll_at).length > 3);
  expect(takes.mock.calls.filter(([, { connected, error }]) => connected === false || error)).toEqual([]);
  expect(await fixture.health(app, mailbox)).toMatchObject({ state: 'healthy', connected: true, error: null });
  expect(await fixture.starts(mailbox)).toEqual([]);
  expect(await fixture.toldHealth(app, mailbox)).toBeUndefined();
  await setPaused(false);
  await fixture.untilStarted(mailbox, 1);
  expect(await fixture.untilDealtWith(app, mailbox, 'Waits')).toMatchObject({ verdict: 'started' });
  expect(await fixture.starts(mailbox)).toHaveLength(1);
}, 200_000);

it('a message that waits is neither marked nor moved before its execution is stored', async () => {
  const [marking, moving] = await Promise.all([
    fixture.mailbox({ after: 'seen' }),
    fixture.mailbox({ after: 'move:Done' }),
  ]);
  const files = (user: string, folder: string): string[] => {
    const path = join(fixture.dovecot.mailFolder(user), folder);
    return ['cur', 'new'].flatMap((part) => (existsSync(join(path, part)) ? readdirSync(join(path, part)) : []));
  };
  const isMarked = () => files(marking.user, '').some((name) => /:2,[A-Z]*S/.test(name));
  const isMoved = () => files(moving.user, '.Done').length === 1;
  await Promise.all([marking, moving].map((mailbox) => fixture.untilState(app, mailbox, 'healthy')));
  const writes = jest.spyOn(app.get(MailboxCursorsRepository), 'write');
  await setPaused(true);
  for (const mailbox of [marking, moving]) {
    fixture.deliver(mailbox, aMessage(mailbox.address, 'Waits'));
    await waitUntil('the message to be found', async () => (await fixture.messages(app, mailbox)).length === 1);
  }
  writes.mockClear();
  const looks = ({ id }: { id: string }) => writes.mock.calls.filter(([{ mailbox }]) => mailbox.id === id).length;
  await waitUntil('another look at both', () => looks(marking) > 1 && looks(moving) > 1);
  expect([isMarked(), isMoved()]).toEqual([false, false]);
  await setPaused(false);
  for (const mailbox of [marking, moving]) await fixture.untilStarted(mailbox, 1);
  await waitUntil('both to be dealt with', () => isMarked() && isMoved());
}, 200_000);
