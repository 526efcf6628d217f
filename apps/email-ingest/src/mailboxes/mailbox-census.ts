import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CONFIG, type EmailIngestConfig } from '../config.js';
import type { Mailbox } from './mailbox.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import { MailboxCursorsRepository } from './mailbox-cursors.repository.js';
import { MailboxEvents } from './mailbox-events.js';
import { healthOf, isSilent, SILENCE } from './mailbox-health.js';
import { mailboxesByState, silentMailboxes } from './mailboxes.metrics.js';
import { Watchers } from './watchers.js';

/** Records that are read at once. */
const BATCH = 500;

/** Lines about silent mailboxes that one census writes; the next one goes on where there are more. */
const LINES = 20;

/** A mailbox as log lines name it. */
interface Silent {
  readonly organisationId: string;
  readonly mailbox: string;
}

const STATES = ['healthy', 'starting', 'unhealthy', 'stopped'] as const;

/**
 * Counts how mailboxes do, and notices those that no process looks at: whoever should be watching them may be gone, held up, or have as many
 * as it may. Each process does so for all of them, since it is the others that it notices.
 */
@Injectable()
export class MailboxCensus {
  /** Those that are silent and named in the log: each once for as long as that lasts. */
  #named = new Set<string>();

  constructor(
    @Inject(CONFIG) private readonly config: Pick<EmailIngestConfig, 'MILLRACE_MAILBOX_POLL_SECONDS'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
    private readonly watchers: Watchers,
    private readonly cursors: MailboxCursorsRepository,
    private readonly events: MailboxEvents,
  ) {}

  /** From one census to the next: as between two looks into a mailbox. */
  get everyMs(): number {
    return this.config.MILLRACE_MAILBOX_POLL_SECONDS * 1_000;
  }

  /** Throws SERVICE_UNAVAILABLE. */
  async take(stopping: AbortSignal): Promise<void> {
    const counts = new Map<string, number>(STATES.map((state) => [state, 0]));
    const silent: Silent[] = [];
    const { mailboxes } = this.watchers;
    for (let from = 0; from < mailboxes.length && !stopping.aborted; from += BATCH) {
      const some = mailboxes.slice(from, from + BATCH);
      const byId = new Map(some.map((mailbox) => [mailbox.id, mailbox]));
      for (const record of await this.cursors.ofAll(some)) {
        const now = this.cursors.now().getTime();
        const { state } = healthOf(record, now, this.everyMs);
        counts.set(state, (counts.get(state) ?? 0) + 1);
        if (record.stopped !== null || !isSilent(record, now, this.everyMs)) continue;
        silent.push({ organisationId: record.organisation_id, mailbox: record._id });
        await this.#tellSilence(byId.get(record._id), record);
      }
    }
    for (const [state, count] of counts) mailboxesByState.set({ state }, count);
    silentMailboxes.set(silent.length);
    this.#name(silent);
  }

  /** Metrics say how many are silent, and not which: there may be any number of them. */
  #name(silent: readonly Silent[]): void {
    const isNamed = ({ mailbox }: Silent): boolean => this.#named.has(mailbox);
    const fresh = silent.filter((one) => !isNamed(one)).slice(0, LINES);
    for (const one of fresh) this.logger.warn(one, 'A mailbox has not been looked at for long');
    this.#named = new Set([...silent.filter(isNamed), ...fresh].map(({ mailbox }) => mailbox));
  }

  /** Whoever holds a mailbox reports its failures, and gives it up when nothing comes of the work on it. */
  async #tellSilence(mailbox: Mailbox | undefined, record: MailboxCursorRecord): Promise<void> {
    if (mailbox === undefined || record.until > this.cursors.now()) return;
    await this.events.silent(mailbox, record, record.error ?? SILENCE);
  }
}
