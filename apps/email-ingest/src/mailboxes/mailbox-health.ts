import { Inject, Injectable } from '@nestjs/common';
import type { MailboxHealth } from '@millrace/contracts';
import { CONFIG, type EmailIngestConfig } from '../config.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import { MailboxCursorsRepository } from './mailbox-cursors.repository.js';

/** Looks that a mailbox may miss. */
const MISSED_LOOKS = 3;

/** Says how mailboxes do. Silence is measured too: one that was not looked at for long is not well, whatever its connection says. */
@Injectable()
export class MailboxHealthReader {
  constructor(
    private readonly cursors: MailboxCursorsRepository,
    @Inject(CONFIG) private readonly config: Pick<EmailIngestConfig, 'MILLRACE_MAILBOX_POLL_SECONDS'>,
  ) {}

  /** By the ids of the mailboxes; those that nobody has looked at are missing. Throws SERVICE_UNAVAILABLE. */
  async of(organisationId: string, ids: readonly string[]): Promise<Record<string, MailboxHealth>> {
    const records = await this.cursors.find(organisationId, ids);
    const pollMs = this.config.MILLRACE_MAILBOX_POLL_SECONDS * 1_000;
    return Object.fromEntries(records.map((record) => [record._id, healthOf(record, Date.now(), pollMs)]));
  }
}

/** The health that a record says at a time. */
export function healthOf(record: MailboxCursorRecord, now: number, pollMs: number): MailboxHealth {
  const { last_poll_at: polledAt, last_message_at: messageAt } = record;
  const silentMs = polledAt === null ? null : Math.max(0, now - polledAt.getTime());
  const isSilent = silentMs !== null && silentMs > MISSED_LOOKS * pollMs;
  const error = record.error ?? (isSilent ? 'It has not been looked at: no process of email-ingest watches it' : null);
  return {
    state: stateOf(record, isSilent),
    connected: record.connected && record.until.getTime() > now,
    last_poll_at: polledAt?.toISOString() ?? null,
    last_message_at: messageAt?.toISOString() ?? null,
    lag_seconds: silentMs === null ? null : Math.round(silentMs / 1_000),
    error,
  };
}

function stateOf({ stopped, error, last_poll_at }: MailboxCursorRecord, isSilent: boolean): MailboxHealth['state'] {
  if (stopped !== null) return 'stopped';
  if (error !== null || isSilent) return 'unhealthy';
  return last_poll_at === null ? 'starting' : 'healthy';
}
