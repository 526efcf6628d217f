import type { MailboxResource } from '@millrace/contracts';
import { uniqueName } from '@millrace/testing';
import { ApiClient } from '../support/api.js';
import { EchoingImapServer } from '../support/echoing-imap-server.js';
import { inParallel } from '../support/eventually.js';
import { allReady } from '../support/readiness.js';
import { startReplicas } from '../support/replicas.js';
import { Film } from './film.js';
import { measured, sumAt, untilMeasured } from '../support/measured.js';
import { kill, withoutRestarts } from '../support/stopped.js';
import { targetOf } from './targets.js';

/** More looks than may fail in a quarter of an hour (20), of one each. */
const REFUSED = 25;
const UNWATCHED = 4;

/** Mailboxes that nobody looks at, as the platform counted them last. */
export const silent = () => measured('email-ingest', 'millrace_mailboxes_silent');

/** A mail server refuses the logins of many mailboxes. */
export async function loginsRefused(): Promise<Film> {
  const failures = () => measured('email-ingest', 'millrace_mailbox_failures_total', { kind: 'login' });
  return withMailServer(async (server) => {
    const film = await Film.begin();
    const before = await failures();
    const mailboxes = await makeMailboxes(server, REFUSED);
    await untilMeasured('logins are refused', failures, (now) => now >= before + REFUSED);
    await film.take('during', 2);
    await deleteMailboxes(mailboxes);
    await film.take('after');
    return film;
  });
}

/** There are more mailboxes than all processes may watch, since one of two is gone. */
export async function tooManyMailboxes(): Promise<Film> {
  const settings = { MILLRACE_MAILBOXES_WATCHED: '1', MILLRACE_MAILBOX_POLL_SECONDS: '1' };
  return withMailServer(async (server) => {
    const film = await Film.begin();
    const replicas = await startReplicas(['email-ingest'], settings);
    try {
      film.with(replicas.map(targetOf));
      let mailboxes: readonly string[] = [];
      await withoutRestarts(async () => {
        kill('email-ingest');
        film.forget('email-ingest');
        mailboxes = await makeMailboxes(server, UNWATCHED);
        const silentAtReplica = () => sumAt(replicas[0]?.healthUrl ?? '', 'millrace_mailboxes_silent');
        await untilMeasured('mailboxes are silent', silentAtReplica, (count) => count > 0);
        await film.take('during', 3);
      });
      await deleteMailboxes(mailboxes);
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
    }
    await allReady();
    film.with([]);
    film.remember();
    await untilMeasured('no mailbox is silent', silent, (count) => count === 0);
    await film.take('after');
    return film;
  });
}

async function withMailServer<Result>(work: (server: EchoingImapServer) => Promise<Result>): Promise<Result> {
  const server = await EchoingImapServer.start();
  try {
    return await work(server);
  } finally {
    server.stop();
  }
}

/** Mailboxes whose logins this server refuses; their ids. */
function makeMailboxes({ port }: EchoingImapServer, count: number): Promise<string[]> {
  const api = new ApiClient();
  return inParallel(Array.from({ length: count }), 4, async () => {
    const user = uniqueName('alerts');
    const imap = { host: '127.0.0.1', port, tls: 'none', user, auth: { secret: 'not the password' } };
    const json = { address: `${user}@example.com`, imap };
    return (await api.expect<MailboxResource>(201, 'POST', '/mailboxes', { json })).id;
  });
}

export async function deleteMailboxes(ids: readonly string[], api = new ApiClient()): Promise<void> {
  await inParallel(ids, 4, (id) => api.expect(204, 'DELETE', `/mailboxes/${id}`));
}
