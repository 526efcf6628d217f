import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { OwnerLines } from '@millrace/service-kit/owner-lines';
import { CONFIG, type EmailIngestConfig } from '../config.js';
import { MAIL_LIMITS } from '../limits.js';
import { MessageIntake } from '../messages/message-intake.js';
import type { Mailbox } from './mailbox.js';
import { MailboxCursorsRepository } from './mailbox-cursors.repository.js';
import { MailboxDirectory } from './mailbox-directory.js';
import { MailboxEvents } from './mailbox-events.js';
import { MailboxWatcher, type WatcherNeeds } from './mailbox-watcher.js';
import { watchedMailboxes } from './mailboxes.metrics.js';

/** Has a watcher for each mailbox there is. Of all replicas one watches a mailbox; the others wait for its lease. */
@Injectable()
export class Watchers {
  readonly #watchers = new Map<string, MailboxWatcher>();
  readonly #ending = new Set<Promise<void>>();
  readonly #lines = new OwnerLines();
  #watched = 0;

  constructor(
    @Inject(CONFIG) private readonly config: EmailIngestConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly directory: MailboxDirectory,
    private readonly cursors: MailboxCursorsRepository,
    private readonly intake: MessageIntake,
    private readonly events: MailboxEvents,
  ) {}

  /** From one refresh to the next. */
  get everyMs(): number {
    return this.config.MILLRACE_MAILBOX_REFRESH_SECONDS * 1_000;
  }

  /** Begins to watch what is new, and ends it with what is gone or has changed. Throws SERVICE_UNAVAILABLE, and has changed nothing. */
  async refresh(): Promise<void> {
    const mailboxes = new Map((await this.directory.mailboxes()).map((mailbox) => [mailbox.id, mailbox]));
    const ended = [...this.#watchers.values()].filter(
      ({ mailbox }) => mailboxes.get(mailbox.id)?.fingerprint !== mailbox.fingerprint,
    );
    // Not waited for: a server may hold one of them for minutes. What it still writes, the lease refuses.
    for (const watcher of ended) this.#end(watcher);
    for (const [id, mailbox] of mailboxes) {
      if (this.#watchers.has(id)) continue;
      const watcher = new MailboxWatcher(this.#needs(), mailbox);
      this.#watchers.set(id, watcher);
      watcher.start();
    }
  }

  /** Those that were there at the last refresh. */
  get mailboxes(): readonly Mailbox[] {
    return [...this.#watchers.values()].map(({ mailbox }) => mailbox);
  }

  /** Ends all of them, and gives their leases back. */
  async stop(): Promise<void> {
    for (const watcher of this.#watchers.values()) this.#end(watcher);
    await Promise.all(this.#ending);
  }

  #end(watcher: MailboxWatcher): void {
    this.#watchers.delete(watcher.mailbox.id);
    const ending = watcher.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #needs(): WatcherNeeds {
    const { config, cursors, directory, events, intake, logger } = this;
    return {
      cursors,
      directory,
      events,
      heldHeads: intake.heldHeads,
      intake,
      logger,
      lines: this.#lines,
      allowed: config.MILLRACE_HTTP_ALLOWED_HOSTS,
      leaseMs: config.MILLRACE_MAILBOX_LEASE_SECONDS * 1_000,
      pollMs: config.MILLRACE_MAILBOX_POLL_SECONDS * 1_000,
      stuckMs: MAIL_LIMITS.stuckMs,
      enter: () => this.#enter(),
    };
  }

  #enter(): (() => void) | null {
    if (this.#watched >= this.config.MILLRACE_MAILBOXES_WATCHED) return null;
    watchedMailboxes.set(++this.#watched);
    return () => watchedMailboxes.set(--this.#watched);
  }
}
