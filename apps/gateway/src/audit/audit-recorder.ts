import { Inject, Injectable } from '@nestjs/common';
import { AppError, BeginAuditEntry, EndAuditEntry, newId } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { RecordedWrite } from './recorded-write.js';

/** How long an answer waits for its outcome to be recorded, in milliseconds. */
const END_TIMEOUT_MS = 2_000;

/** A write whose entry is in the log, and has no outcome yet. */
export interface BegunEntry {
  readonly id: string;
  readonly write: RecordedWrite;
}

/** Records writes in the audit log, which `definitions` keeps: before they are carried out, and what came of them. */
@Injectable()
export class AuditRecorder {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Throws SERVICE_UNAVAILABLE: what cannot be recorded is not to be carried out. */
  async begin(write: RecordedWrite): Promise<BegunEntry> {
    const id = newId('audit_entry');
    const question = { ...write, entry_id: id, at: new Date().toISOString() };
    const { bytes } = await this.bus.request(BeginAuditEntry, question, { requestId: write.request_id });
    if (write.organisation_id !== null) this.quota.charge(write.organisation_id, bytes);
    return { id, write };
  }

  /** Never rejects: the write was carried out, whether that is recorded or not. */
  succeeded(entry: BegunEntry, answer: unknown): Promise<void> {
    const { resource } = entry.write;
    const made = resource.id === null ? idIn(answer) : undefined;
    return this.#end(entry, {
      error: null,
      ...(made === undefined ? {} : { resource_id: made }),
      ...(made === undefined || resource.type !== 'organisation' ? {} : { made_organisation_id: made }),
    });
  }

  /** Never rejects. */
  failed(entry: BegunEntry, error: unknown): Promise<void> {
    return this.#end(entry, { error: error instanceof AppError ? error.code : 'INTERNAL_ERROR' });
  }

  async #end(
    { id: entry_id, write }: BegunEntry,
    end: { error: string | null; resource_id?: string; made_organisation_id?: string },
  ): Promise<void> {
    const { organisation_id, request_id: requestId } = write;
    try {
      const question = { entry_id, organisation_id, ...end };
      await this.bus.request(EndAuditEntry, question, { requestId, timeoutMs: END_TIMEOUT_MS });
    } catch (error) {
      this.logger.warn({ err: error, requestId, entry: entry_id }, 'The outcome of a write could not be recorded');
    }
  }
}

function idIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  // What is dealt with by a job is recorded under the job.
  const { id, job_id } = answer as { id?: unknown; job_id?: unknown };
  const made = id ?? job_id;
  return typeof made === 'string' ? made : undefined;
}
