import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ActiveSnapshot,
  EmailTriggersSnapshot,
  EventTypesSnapshot,
  mailboxContext,
  MailboxesSnapshot,
  newId,
  RunRequested,
  type MailboxAccount,
  type MailboxHealth,
  type MailboxMessage,
  type RunRequest,
} from '@millrace/contracts';
import { connectBus, type NatsBus } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { parseConfig } from '@millrace/service-kit/config';
import { silentLogger, type Logger } from '@millrace/service-kit/logging';
import { openMongo } from '@millrace/service-kit/mongo';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import {
  sharedMongo,
  sharedRedis,
  startDovecot,
  startNats,
  uniqueName,
  waitUntil,
  type OwnDovecot,
  type OwnServer,
  type SharedServer,
} from '@millrace/testing';
import type { INestMicroservice } from '@nestjs/common';
import { configSchema } from '../src/config.js';
import type { ToldHealth } from '../src/mailboxes/mailbox-cursor.schema.js';
import { MailboxCursorsRepository } from '../src/mailboxes/mailbox-cursors.repository.js';
import { MailboxHealthReader } from '../src/mailboxes/mailbox-health.js';
import { IngestedMessagesRepository } from '../src/messages/ingested-messages.repository.js';
import { emailIngestService } from '../src/service.js';

/** Before any mailbox of a test was set up. */
export const BEFORE = new Date(Date.now() - 3_600_000);

/** A mailbox of an organisation of its own, with one workflow that its messages start. */
export interface TestMailbox {
  readonly id: string;
  readonly organisationId: string;
  readonly workflowId: string;
  /** On the server; it is the address too, at example.com. */
  readonly user: string;
  readonly address: string;
}

/** What of a mailbox is not as usual. */
export interface MailboxOptions {
  readonly port?: number;
  readonly secret?: string;
  readonly since?: MailboxAccount['since'];
  readonly after?: MailboxAccount['after'];
  /** What of the server is not as usual. */
  readonly imap?: Partial<Pick<MailboxAccount['imap'], 'host' | 'tls' | 'folder'>> & { readonly type?: 'xoauth2' };
  readonly trigger?: object;
  /** Types of events that its organisation has subscribed to. */
  readonly wanted?: string[];
}

/** All servers, and the service in this process. */
export class IngestFixture {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-ingest-'));
  readonly #services = new Set<INestMicroservice>();
  readonly #database = uniqueName('ingest');
  #delivered = 0;

  private constructor(
    readonly nats: OwnServer,
    readonly dovecot: OwnDovecot,
    private readonly mongo: SharedServer,
    private readonly redis: SharedServer,
    readonly bus: NatsBus,
  ) {
    writeFileSync(this.#keys, `first ${randomBytes(32).toString('base64')}\n`);
  }

  static async open(): Promise<IngestFixture> {
    const [nats, dovecot, mongo, redis] = await Promise.all([
      startNats(),
      startDovecot(),
      sharedMongo(),
      sharedRedis(),
    ]);
    const bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger(), validateOutgoing: true });
    return new IngestFixture(nats, dovecot, mongo, redis, bus);
  }

  get #keys(): string {
    return join(this.#folder, 'master-keys');
  }

  /** The settings of the service, also for one in a process of its own. */
  get environment(): Record<string, string> {
    return {
      MILLRACE_NATS_URL: this.nats.url,
      MILLRACE_MONGODB_URL: this.mongo.url,
      MILLRACE_MONGODB_DATABASE: this.#database,
      MILLRACE_REDIS_URL: this.redis.url,
      MILLRACE_STORAGE_QUOTA_PERCENT: '0',
      MILLRACE_MASTER_KEYS_FILE: this.#keys,
      MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
      MILLRACE_HEALTH_PORT: '9',
      MILLRACE_LOG_LEVEL: 'fatal',
      MILLRACE_MAILBOX_POLL_SECONDS: '1',
      MILLRACE_MAILBOX_LEASE_SECONDS: '2',
      MILLRACE_MAILBOX_REFRESH_SECONDS: '0.2',
    };
  }

  /** Starts the service in this process. */
  async start(settings: Record<string, string> = {}, logger: Logger = silentLogger()): Promise<INestMicroservice> {
    const result = parseConfig(configSchema, { ...this.environment, ...settings });
    if ('problems' in result) throw new Error(JSON.stringify(result.problems));
    const app = await createService(emailIngestService(result.config), { logger });
    await app.listen();
    this.#services.add(app);
    return app;
  }

  async end(app: INestMicroservice): Promise<void> {
    this.#services.delete(app);
    await app.close();
  }

  /** Sets up a mailbox whose user is new to the server. */
  async mailbox(options: MailboxOptions = {}): Promise<TestMailbox> {
    const user = uniqueName('user');
    const mailbox = {
      id: newId('mailbox'),
      organisationId: uniqueName('org'),
      workflowId: newId('workflow'),
      user,
      address: `${user}@example.com`,
    };
    this.#makeFolder(user);
    const { organisationId: organisation_id, workflowId: workflow_id, address } = mailbox;
    const active = { workflow_id, organisation_id, version: 1, status: 'active' as const };
    await this.bus.snapshots.put(ActiveSnapshot, active, active);
    const wanted = { organisation_id, types: options.wanted ?? [] };
    await this.bus.snapshots.put(EventTypesSnapshot, wanted, wanted);
    await this.triggers(mailbox, [{ address, ...options.trigger }]);
    await this.publish(mailbox, options);
    return mailbox;
  }

  /** Publishes the account of a mailbox, as `definitions` does. */
  async publish(mailbox: TestMailbox, options: MailboxOptions = {}): Promise<void> {
    const { organisationId: organisation_id, id, user, address } = mailbox;
    const { port = this.dovecot.port, secret = this.dovecot.password, since = 'now', after = 'keep' } = options;
    const { type = 'password', ...server } = options.imap ?? {};
    const text = sealed(secret, mailboxContext(organisation_id, id), new Keyring(this.#keys));
    const account: MailboxAccount = {
      address,
      imap: { host: '127.0.0.1', tls: 'none', folder: 'INBOX', ...server, port, user, auth: { type, secret: text } },
      since,
      after,
    };
    const value = { organisation_id, mailboxes: { [id]: JSON.stringify(account) } };
    await this.bus.snapshots.put(MailboxesSnapshot, value, value);
  }

  /** Publishes the triggers of the mailbox's workflow. */
  async triggers(mailbox: TestMailbox, triggers: readonly object[]): Promise<void> {
    const { organisationId: organisation_id, workflowId: workflow_id } = mailbox;
    const value = { organisation_id, workflow_id, triggers: JSON.stringify(triggers) };
    await this.bus.snapshots.put(EmailTriggersSnapshot, value, value);
  }

  /** Puts a message into a mailbox, as a mail server that delivers, or into another folder of it. `gotAt`: when the server got it. */
  deliver(mailbox: TestMailbox, message: string | Buffer, into = '', gotAt = new Date()): void {
    const folder = join(this.dovecot.mailFolder(mailbox.user), into === '' ? '' : `.${into}`);
    const name = `${Math.floor(Date.now() / 1_000)}.M${String(++this.#delivered)}P1.test`;
    writeFileSync(join(folder, 'tmp', name), message, { mode: 0o666 });
    utimesSync(join(folder, 'tmp', name), gotAt, gotAt);
    renameSync(join(folder, 'tmp', name), join(folder, 'new', name));
  }

  /** The starts that are in the queue, of the mailbox's workflow. */
  async starts(mailbox: TestMailbox): Promise<RunRequest[]> {
    const all: RunRequest[] = [];
    for (let sequence = 1; ;) {
      const page = await this.bus.readFrom(RunRequested, sequence, 500);
      const last = page.at(-1);
      if (last === undefined) break;
      all.push(...page.map(({ payload }) => payload));
      sequence = last.sequence + 1;
    }
    return all.filter(({ workflow_id }) => workflow_id === mailbox.workflowId);
  }

  /** Waits until so many executions of the mailbox's workflow are in the queue. */
  async untilStarted(mailbox: TestMailbox, count: number, timeoutMs = 90_000): Promise<RunRequest[]> {
    return waitUntil(
      `${count} executions`,
      async () => {
        const starts = await this.starts(mailbox);
        return starts.length >= count ? starts : null;
      },
      timeoutMs,
      { everyMs: 50 },
    );
  }

  health(app: INestMicroservice, mailbox: TestMailbox): Promise<MailboxHealth | undefined> {
    return app
      .get(MailboxHealthReader)
      .of(mailbox.organisationId, [mailbox.id])
      .then((health) => health[mailbox.id]);
  }

  /** What was last announced of a mailbox, or is to be. */
  async toldHealth(app: INestMicroservice, { id, organisationId }: TestMailbox): Promise<ToldHealth | undefined> {
    return (await app.get(MailboxCursorsRepository).find(organisationId, [id]))[0]?.told_health;
  }

  /** Waits until a mailbox is in a state. Of one that is unhealthy, what is wrong with it is said as well: that nothing has come of the first looks at it does not count. */
  untilState(app: INestMicroservice, mailbox: TestMailbox, state: MailboxHealth['state']): Promise<MailboxHealth> {
    return waitUntil(
      `the state ${state}`,
      async () => {
        const health = await this.health(app, mailbox);
        const isSilent = health?.error?.startsWith('It has not been looked at') === true;
        return health?.state === state && !isSilent ? health : null;
      },
      // A flood is looked at slowly, so that others are not held up.
      150_000,
      { everyMs: 50 },
    );
  }

  /** What came into a mailbox, newest first. */
  async messages(app: INestMicroservice, mailbox: TestMailbox): Promise<MailboxMessage[]> {
    const address = { organisationId: mailbox.organisationId, mailboxId: mailbox.id };
    return (await app.get(IngestedMessagesRepository).list(address, 200, undefined)).messages;
  }

  /** Waits until the newest message of a mailbox has been dealt with, and returns it. */
  untilDealtWith(app: INestMicroservice, mailbox: TestMailbox, subject: string): Promise<MailboxMessage> {
    return waitUntil(
      `the verdict on ${subject}`,
      async () => {
        const found = (await this.messages(app, mailbox)).find((message) => message.subject === subject);
        return found?.verdict === 'pending' ? null : found;
      },
      30_000,
      { everyMs: 50 },
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#services].map((app) => app.close()));
    await this.bus.close();
    const mongo = openMongo({ url: this.mongo.url, database: this.#database, logger: silentLogger() });
    await mongo.asPromise();
    await mongo.dropDatabase().catch(() => undefined);
    await mongo.close();
    await Promise.all([this.nats.stop(), this.dovecot.stop(), this.mongo.stop(), this.redis.stop()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #makeFolder(user: string): void {
    const folder = this.dovecot.mailFolder(user);
    for (const part of ['', 'tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
  }
}

/** A message in the form in which it is sent. */
export function aMessage(
  to: string,
  subject: string,
  { headers = [], body = 'Hello' }: { headers?: readonly string[]; body?: string } = {},
): string {
  return [
    'From: Ada Lovelace <ada@example.org>',
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${randomBytes(8).toString('hex')}@example.org>`,
    'Date: Thu, 26 Nov 2026 12:00:00 +0000',
    ...headers,
    '',
    body,
    '',
  ].join('\r\n');
}
