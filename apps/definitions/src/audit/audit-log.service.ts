import { Inject, Injectable } from '@nestjs/common';
import {
  LIMITS,
  type AuditEntry,
  type AuditLog,
  type BeginAuditEntry,
  type EndAuditEntry,
  type ListAuditLog,
} from '@millrace/contracts';
import type { z } from 'zod';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { TokensRepository } from '../tokens/tokens.repository.js';
import { OF_THE_OPERATOR, type AuditEntryRecord } from './audit-entry.schema.js';
import { AuditLogRepository } from './audit-log.repository.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The audit log. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class AuditLogService {
  /** Organisations whose logs this process has made longer since they were last cut. */
  readonly #longer = new Set<string>();

  constructor(
    @Inject(CONFIG)
    private readonly config: Pick<DefinitionsConfig, 'MILLRACE_AUDIT_LOG_DAYS' | 'MILLRACE_AUDIT_LOG_ENTRIES'>,
    private readonly entries: AuditLogRepository,
    private readonly tokens: TokensRepository,
  ) {}

  /** Records that a write is about to be carried out; returns the bytes that the entry takes. */
  async begin(question: z.output<typeof BeginAuditEntry.question>): Promise<number> {
    const { entry_id, organisation_id, at, actor, action, resource, address, request_id } = question;
    const record: AuditEntryRecord = {
      _id: entry_id,
      organisation_id: organisation_id ?? OF_THE_OPERATOR,
      at: new Date(at),
      actor: actor.id ?? actor.type,
      actor_name: await this.#nameOf(organisation_id, actor.id),
      action,
      resource_type: resource.type,
      resource_id: resource.id,
      address,
      request_id,
      ended_at: null,
      error: null,
      before: null,
      after: null,
    };
    await this.entries.insert(record);
    this.#longer.add(record.organisation_id);
    return Buffer.byteLength(JSON.stringify(record));
  }

  /** Records what came of it. */
  async end(question: z.output<typeof EndAuditEntry.question>): Promise<void> {
    const { entry_id: _id, organisation_id, error, resource_id, made_organisation_id } = question;
    await this.entries.set(
      { _id, organisation_id: organisation_id ?? OF_THE_OPERATOR },
      {
        ended_at: new Date(),
        error,
        ...(resource_id === undefined ? {} : { resource_id }),
        ...(made_organisation_id === undefined ? {} : { organisation_id: made_organisation_id }),
      },
    );
    if (made_organisation_id !== undefined) this.#longer.add(made_organisation_id);
  }

  /** One page, newest first. */
  async list({ organisation_id, ...question }: z.output<typeof ListAuditLog.question>): Promise<AuditLog> {
    const limit = Math.min(question.limit, LIMITS.pageSize);
    const { actor, resource_type, resource_id, action, from, to, starting_after: before } = question;
    const times = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    };
    const filter = { actor, resource_type, resource_id, action, before, ...times };
    // One more than asked for says whether there is a next page.
    const found = await this.entries.list(organisation_id, filter, limit + 1);
    const entries = found.slice(0, limit).map(presented);
    const has_more = found.length > limit;
    return { entries, next_cursor: has_more ? (entries.at(-1)?.id ?? null) : null, has_more };
  }

  /** Deletes what is too old, and of each organisation what is more than it may have; returns how many entries. */
  async prune(stopping: AbortSignal): Promise<number> {
    const { MILLRACE_AUDIT_LOG_DAYS: days, MILLRACE_AUDIT_LOG_ENTRIES: most } = this.config;
    let count = await this.entries.deleteBefore(new Date(Date.now() - days * DAY_MS));
    for (const organisationId of [...this.#longer]) {
      if (stopping.aborted) break;
      // Before: what is added meanwhile counts the next time.
      this.#longer.delete(organisationId);
      try {
        count += await this.entries.keepNewest(organisationId, most);
      } catch (error) {
        this.#longer.add(organisationId);
        throw error;
      }
    }
    return count;
  }

  /** A token that is revoked now may have made the call. */
  async #nameOf(organisationId: string | null, tokenId: string | null): Promise<string | null> {
    if (organisationId === null || tokenId === null) return null;
    return (await this.tokens.findEver(organisationId, tokenId))?.name ?? null;
  }
}

function presented(record: AuditEntryRecord): AuditEntry {
  const { _id: id, at, actor, actor_name, action, resource_type, resource_id, ended_at, error } = record;
  const { before, after, address, request_id } = record;
  const isOperator = actor === OF_THE_OPERATOR;
  return {
    id,
    at: at.toISOString(),
    actor: isOperator ? { type: 'operator', id: null, name: null } : { type: 'token', id: actor, name: actor_name },
    action,
    resource: { type: resource_type, id: resource_id },
    outcome: ended_at === null ? 'unknown' : error === null ? 'succeeded' : 'failed',
    error,
    before,
    after,
    address,
    request_id,
  };
}
