import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@millrace/contracts';
import type { Logger } from '@millrace/service-kit/logging';
import type { OwnerLines } from '@millrace/service-kit/owner-lines';
import type { AllowList } from '@millrace/service-kit/safe-http';
import { NoRoomError } from '../imap/held-bytes.js';
import { ImapConnection } from '../imap/imap-connection.js';
import { ImapFailure } from '../imap/imap-failure.error.js';
import { MAIL_LIMITS } from '../limits.js';
import type { FoundMessage } from '../messages/message-intake.js';
import { TooEarlyError } from '../messages/too-early.error.js';
import { UnreadableMessageError } from '../parsing/unreadable-message.error.js';
import { FolderSync, type SyncNeeds } from './folder-sync.js';
import type { Mailbox } from './mailbox.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import {
  LeaseLostError,
  type CursorChanges,
  type Lease,
  type MailboxCursorsRepository,
} from './mailbox-cursors.repository.js';
import type { MailboxDirectory } from './mailbox-directory.js';
import type { MailboxEvents } from './mailbox-events.js';
import { silenceMs } from './mailbox-health.js';
import { messageOf } from './mailbox-problem.js';
import { mailboxFailures } from './mailboxes.metrics.js';
import { pauseAfter } from './pause-after.js';
import { TroublesomeMessages } from './troublesome-messages.js';

/** What watchers work with. */
export interface WatcherNeeds extends SyncNeeds {
  readonly cursors: MailboxCursorsRepository;
  readonly directory: Pick<MailboxDirectory, 'opened'>;
  readonly events: Pick<MailboxEvents, 'unhealthy' | 'healthy'>;
  readonly allowed: AllowList;
  readonly logger: Logger;
  readonly lines: OwnerLines;
  readonly leaseMs: number;
  readonly pollMs: number;
  /** Something comes of the work on a mailbox within that time, beside a poll. */
  readonly stuckMs: number;
  /** Whether this process may watch one more; what it returns ends that. Null when it has enough. */
  readonly enter: () => (() => void) | null;
}

/** Between two looks at least, however often a server says that something has changed. */
const BETWEEN_LOOKS_MS = 1_000;

/** While all starts are paused, there is no room, or reading takes too long: so long after that is over a message waits at most. */
const WAITING_LOOK_MS = 5_000;

/** Watches one mailbox as long as no other process does: connects again and again, and looks whenever there may be something new. */
export class MailboxWatcher {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  /** When something came of the work on the mailbox last, by `performance.now()`; null while it is left alone. */
  #workedAt: number | null = null;
  readonly #troublesome = new TroublesomeMessages();

  constructor(
    private readonly needs: WatcherNeeds,
    readonly mailbox: Mailbox,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const leave = this.needs.enter();
      try {
        const taken = leave && (await this.needs.cursors.take(this.mailbox, this.needs.leaseMs));
        if (taken) await this.#hold(taken.lease, taken.cursor);
      } catch (error) {
        this.#log(error);
      } finally {
        leave?.();
      }
      await pause(this.needs.leaseMs / 2, signal);
    }
  }

  /** Until the lease is lost, or the watcher stopped. */
  async #hold(lease: Lease, cursor: MailboxCursorRecord): Promise<void> {
    const { cursors } = this.needs;
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal]);
    const renewing = this.#renew(lease, lost);
    try {
      let state = await this.#begun(lease, cursor);
      while (!signal.aborted) {
        this.#works();
        const pauseMs = await this.#attempt(lease, state, signal);
        this.#workedAt = null;
        await pause(pauseMs, signal);
        // What was written meanwhile is the position to go on from.
        if (!signal.aborted) state = (await this.#current(lease)) ?? state;
      }
    } finally {
      lost.abort();
      await renewing;
      await cursors.release(lease).catch((error: unknown) => this.#log(error));
    }
  }

  async #current({ mailbox }: Lease): Promise<MailboxCursorRecord | null> {
    return (await this.needs.cursors.find(mailbox.organisationId, [mailbox.id]))[0] ?? null;
  }

  /** A mailbox that was stopped, and changed since, is tried again. */
  async #begun(lease: Lease, cursor: MailboxCursorRecord): Promise<MailboxCursorRecord> {
    const { settings, fingerprint } = lease.mailbox;
    // The fingerprint is what former releases have noted.
    if (cursor.stopped === null || cursor.stopped === settings || cursor.stopped === fingerprint) return cursor;
    const changes = { stopped: null, refused_logins: 0, error: null };
    await this.needs.cursors.write(lease, changes);
    return { ...cursor, ...changes };
  }

  /** Connects and watches; returns the pause after the connection has ended. Throws what is not about this mailbox. */
  async #attempt(lease: Lease, cursor: MailboxCursorRecord, signal: AbortSignal): Promise<number> {
    if (cursor.stopped !== null) {
      // No failure follows with which it could be announced, if it could not be at once.
      await this.needs.events.unhealthy(lease, cursor, cursor.error ?? '');
      return this.needs.pollMs;
    }
    try {
      await this.#watch(lease, cursor, signal);
      return 0;
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      return signal.aborted ? 0 : await this.#failed(lease, cursor, error);
    }
  }

  async #watch(lease: Lease, cursor: MailboxCursorRecord, signal: AbortSignal): Promise<void> {
    const { cursors, directory, events, allowed, pollMs } = this.needs;
    const connection = await ImapConnection.open(directory.opened(lease.mailbox), allowed, signal);
    const close = (): void => connection.close();
    signal.addEventListener('abort', close);
    try {
      await cursors.write(lease, { connected: true, refused_logins: 0 });
      const sync = new FolderSync(this.#noting(lease), lease, cursor, this.#troublesome);
      let known: Pick<MailboxCursorRecord, 'told_health'> = cursor;
      let isTold = false;
      let lookedAt = performance.now();
      const until = performance.now() + MAIL_LIMITS.connectionMs;
      while (!signal.aborted && performance.now() < until) {
        const nextMs = await this.#look(sync, connection, { lease, signal });
        if (this.#failures > 0) this.#logHealthy(lease.mailbox);
        this.#failures = 0;
        if (performance.now() - lookedAt > silenceMs(pollMs)) {
          // Another process may have announced its silence meanwhile.
          known = (await this.#current(lease)) ?? known;
          isTold = false;
        }
        lookedAt = performance.now();
        isTold ||= await events.healthy(lease, known);
        this.#works();
        await connection.untilChanged(nextMs, signal);
        if (connection.isClosed && !signal.aborted)
          throw new ImapFailure('The mail server closed the connection', 'other');
        await pause(BETWEEN_LOOKS_MS, signal);
      }
    } finally {
      signal.removeEventListener('abort', close);
      connection.close();
    }
  }

  /** Returns when to look again at the latest. While all starts are paused, the organisation has started as much as it may, or others take all the room, a message waits: that says nothing of its mailbox. */
  async #look(
    sync: FolderSync,
    connection: ImapConnection,
    { lease, signal }: { lease: Lease; signal: AbortSignal },
  ): Promise<number> {
    const { cursors, pollMs } = this.needs;
    try {
      await sync.look(connection, signal);
      return pollMs;
    } catch (error) {
      if (!isWaiting(error)) throw error;
      await cursors.write(lease, { last_poll_at: cursors.now(), error: null });
      return Math.min(pollMs, WAITING_LOOK_MS);
    }
  }

  /** Notes a failure, and returns how long to leave the server alone. */
  async #failed(lease: Lease, cursor: MailboxCursorRecord, error: unknown): Promise<number> {
    const isLogin = error instanceof ImapFailure && error.kind === 'login';
    mailboxFailures.inc({ kind: isLogin ? 'login' : 'other' });
    if (this.#failures++ === 0) this.#log(error);
    const refused_logins = cursor.refused_logins + 1;
    const isStopped = isLogin && refused_logins >= MAIL_LIMITS.loginAttempts;
    const what = `${messageOf(error)}${isStopped ? ' It is not tried again until the mailbox is changed.' : ''}`;
    const stopped = isStopped ? { stopped: lease.mailbox.settings } : {};
    // With any other failure the count stays: the login may have succeeded, which has ended the row.
    const counted = isLogin ? { refused_logins } : {};
    await this.needs.cursors.write(lease, { connected: false, error: what, ...counted, ...stopped });
    // Until a pause is over that a server asks for there is no other failure.
    const isLeftAlone = error instanceof ImapFailure && error.pauseMs > silenceMs(this.needs.pollMs);
    if (isStopped || isLeftAlone || this.#failures >= MAIL_LIMITS.failuresUntilTold)
      await this.needs.events.unhealthy(lease, cursor, what);
    return pauseAfter(error, this.#failures);
  }

  #works(): void {
    this.#workedAt = performance.now();
  }

  /** Whatever is written of the work, or has arrived of a large message, says that something comes of it. */
  #noting(lease: Lease): SyncNeeds {
    const { cursors, heldHeads, intake, pollMs } = this.needs;
    const take = (found: FoundMessage): Promise<void> => {
      let notedAt = performance.now();
      const onProgress = (): void => {
        this.#works();
        if (performance.now() - notedAt < pollMs) return;
        notedAt = performance.now();
        // A message may take many polls. Who keeps the lease notices that it is lost.
        void cursors.write(lease, { last_poll_at: cursors.now() }).catch(() => undefined);
      };
      return intake.take({ ...found, onProgress });
    };
    const write = (lease: Lease, changes: CursorChanges): Promise<void> => {
      this.#works();
      return cursors.write(lease, changes);
    };
    return {
      intake: { take, pass: (...passed) => intake.pass(...passed) },
      cursors: { write, now: () => cursors.now() },
      heldHeads,
    };
  }

  /** Whether nothing comes of the work for longer than any part of it may take. */
  #isStuck(): boolean {
    const longestMs = this.needs.pollMs + this.needs.stuckMs;
    return this.#workedAt !== null && performance.now() - this.#workedAt > longestMs;
  }

  /** Keeps the lease until `lost` is aborted, and aborts it when the lease cannot be kept, or another process had better have it. */
  async #renew(lease: Lease, lost: AbortController): Promise<void> {
    const { cursors, leaseMs } = this.needs;
    let renewedAt = performance.now();
    while (await pause(leaseMs / 3, lost.signal)) {
      if (this.#isStuck()) {
        this.#log(new Error('Nothing comes of the work on it: it is given up for another process'));
        return lost.abort();
      }
      try {
        await cursors.renew(lease, leaseMs);
        renewedAt = performance.now();
      } catch (error) {
        if (error instanceof LeaseLostError || performance.now() - renewedAt > leaseMs) lost.abort();
      }
    }
  }

  #logHealthy({ id, organisationId }: Mailbox): void {
    const line = this.needs.lines.take(organisationId, 'mailbox works');
    if (line !== null) this.needs.logger.info({ ...line, mailbox: id }, 'A mailbox works again');
  }

  #log(error: unknown): void {
    const { id, organisationId } = this.mailbox;
    if (this.#stopping.signal.aborted) return;
    const line = this.needs.lines.take(organisationId, 'mailbox fails');
    if (line === null) return;
    // What a server says is its owner's, who is shown it.
    const failure = error instanceof ImapFailure ? { kind: error.kind } : { err: error };
    this.needs.logger.warn({ ...line, ...failure, mailbox: id }, 'A mailbox cannot be watched; trying again');
  }
}

/** Whether a message waits for what its mailbox has no part in: that it took too long to read may be the machine's fault. */
function isWaiting(error: unknown): boolean {
  if (error instanceof NoRoomError || error instanceof TooEarlyError || error instanceof UnreadableMessageError)
    return true;
  return error instanceof AppError && error.code === 'STARTS_PAUSED';
}

/** Returns false when the signal ends it. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
