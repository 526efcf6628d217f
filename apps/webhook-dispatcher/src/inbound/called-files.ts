import { Inject, Injectable } from '@nestjs/common';
import { AppError, fileName, fileType, LIMITS, newFileId, STREAMS, type FileFacts } from '@millrace/contracts';
import { BUS, PublishRefusedError, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { CalledFile } from './multipart-form.js';

/** For which execution files are. */
export interface FilesOwner {
  readonly organisationId: string;
  readonly executionId: string;
}

/**
 * Keeps the files of calls. They are stored before the execution is started that gets them, under ids of their own: whatever other call of the
 * same delivery starts it, what this one has stored can be removed without a look at the other's.
 */
@Injectable()
export class CalledFiles {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'files' | 'room'>,
    private readonly quota: StorageQuota,
  ) {}

  /** Stores all of them or none; charged to the organisation. Throws STORAGE_FULL, SERVICE_UNAVAILABLE. */
  async keep(files: readonly CalledFile[], { organisationId, executionId }: FilesOwner): Promise<FileFacts[]> {
    const kept: FileFacts[] = [];
    if (files.length === 0) return kept;
    const { room } = this.bus;
    // `require` would use up the attempt by which the start finds out whether NATS stores again.
    if (!room.accepts(STREAMS.runs)) throw room.refusal ?? new AppError('SERVICE_UNAVAILABLE');
    try {
      for (const { name, type, content } of files) {
        // Empty files cost room too.
        this.quota.charge(organisationId, LIMITS.fileOverheadBytes);
        const facts = await this.bus.files.store({
          address: { organisation_id: organisationId, execution_id: executionId, file_id: newFileId(executionId) },
          name: fileName(name),
          type: fileType(type),
          content: [content],
          onBytes: (bytes) => this.quota.charge(organisationId, bytes),
        });
        kept.push(facts);
      }
      return kept;
    } catch (error) {
      await this.remove(kept, organisationId);
      throw error;
    }
  }

  /** Removes files of a call that started nothing. What cannot be removed now goes with the age of all files. */
  async remove(files: readonly FileFacts[], organisationId: string): Promise<void> {
    for (const { id } of files) await this.bus.files.remove(organisationId, id).catch(() => undefined);
  }

  /** The same after an attempt to start the execution that failed, unless it may have been started all the same. */
  async removeAfter(error: unknown, files: readonly FileFacts[], organisationId: string): Promise<void> {
    const isCertain =
      error instanceof PublishRefusedError || (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE');
    if (isCertain) await this.remove(files, organisationId);
  }
}
