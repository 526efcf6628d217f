import { Inject, Injectable } from '@nestjs/common';
import { idTime, type MailboxHealth } from '@millrace/contracts';
import { CONFIG, type EmailIngestConfig } from '../config.js';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import { MailboxCursorsRepository } from './mailbox-cursors.repository.js';

/** Looks that a mailbox may miss. */
const MISSED_LOOKS = 3;

/** For how long a mailbox may not be looked at. */
export function silenceMs(pollMs: number): number {
  return MISSED_LOOKS * pollMs;
}

/** Says how mailboxes do. Silence is measured too: one that was not looked at for long is not well, whatever its connection says. */
@Injectable()
export class MailboxHealthReader {
  constructor(
    private readonly cursors: MailboxCursorsRepository,
    @Inject(CONFIG) private readonly config: Pick<EmailIngestConfig, 'MILLRACE_MAILBOX_POLL_SECONDS'>,
  ) {}

  /** By the ids of the mailboxes, also of those that no process has begun to watch. Throws SERVICE_UNAVAILABLE. */
  async of(organisationId: string, ids: readonly string[]): Promise<Record<string, MailboxHealth>> {
    const records = await this.cursors.find(organisationId, ids);
    const now = this.cursors.now().getTime();
    const pollMs = this.config.MILLRACE_MAILBOX_POLL_SECONDS * 1_000;
    const known = new Map<string, HealthFacts>(records.map((record) => [record._id, record]));
    return Object.fromEntries(ids.map((id) => [id, healthOf(known.get(id) ?? unwatched(id), now, pollMs)]));
  }
}

/** What the health of a mailbox follows from. */
export type HealthFacts = Pick<
  MailboxCursorRecord,
  '_id' | 'until' | 'connected' | 'stopped' | 'last_poll_at' | 'last_message_at' | 'error'
>;

/** A mailbox that no process has begun to watch. */
function unwatched(_id: string): HealthFacts {
  return {
    _id,
    until: new Date(0),
    connected: false,
    stopped: null,
    last_poll_at: null,
    last_message_at: null,
    error: null,
  };
}

/** Whether a mailbox should have been looked at since it was, or since it was set up. */
export function isSilent({ _id, last_poll_at }: HealthFacts, now: number, pollMs: number): boolean {
  const since = last_poll_at?.getTime() ?? idTime(_id);
  return since !== null && now - since > silenceMs(pollMs);
}

/** What is said of a mailbox that is silent, and has no other error. */
export const SILENCE = 'It has not been looked at: no process of email-ingest watches it';

/** The same of one that a process has not finished its look at. */
const SLOWNESS = 'It has not been looked at for long: nothing has come of the last look at it so far';

/** The health that a record says at a time. */
export function healthOf(record: HealthFacts, now: number, pollMs: number): MailboxHealth {
  const { last_poll_at: polledAt, last_message_at: messageAt } = record;
  const silentMs = polledAt === null ? null : Math.max(0, now - polledAt.getTime());
  const silent = isSilent(record, now, pollMs);
  const isHeld = record.until.getTime() > now;
  const silence = isHeld ? SLOWNESS : SILENCE;
  const error = record.error ?? (silent ? silence : null);
  return {
    state: stateOf(record, silent),
    connected: record.connected && isHeld,
    last_poll_at: polledAt?.toISOString() ?? null,
    last_message_at: messageAt?.toISOString() ?? null,
    lag_seconds: silentMs === null ? null : Math.round(silentMs / 1_000),
    error,
  };
}

function stateOf({ stopped, error, last_poll_at }: HealthFacts, silent: boolean): MailboxHealth['state'] {
  if (stopped !== null) return 'stopped';
  if (error !== null || silent) return 'unhealthy';
  return last_poll_at === null ? 'starting' : 'healthy';
}
