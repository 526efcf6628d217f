import { Inject, Injectable } from '@nestjs/common';
import { AppError, fileName, fileType, LIMITS, newFileId, STREAMS, type FileFacts } from '@millrace/contracts';
import { BUS, Gate, PublishRefusedError, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { CalledFile } from './multipart-form.js';

/** Executions that are remembered to be accepted, a count: those of which calls came last. */
const MOST_ACCEPTED = 10_000;

/** For which execution files are. */
export interface FilesOwner {
  readonly organisationId: string;
  readonly executionId: string;
}

/**
 * Keeps the files of calls. They are stored before the execution is started that gets them, under ids of their own: whatever other call of the
 * same delivery starts it, what this one has stored can be removed without a look at the other's.
 * Organisations take turns: a call may bring many files, and each of them is stored by itself.
 */
@Injectable()
export class CalledFiles {
  readonly #turns = new Gate(LIMITS.webhookFilesAtOnce);
  /** Ids of executions that deliveries with files have started. */
  readonly #accepted = new Set<string>();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'files' | 'room'>,
    private readonly quota: StorageQuota,
  ) {}

  /**
   * Stores all of them or none, once it is the turn of the organisation; charged to it. None of an execution that is known to be accepted, for
   * it has the files of the call that started it. Throws STORAGE_FULL, SERVICE_UNAVAILABLE.
   */
  async keep(files: readonly CalledFile[], owner: FilesOwner): Promise<FileFacts[]> {
    if (files.length === 0 || this.#accepted.has(owner.executionId)) return [];
    const leave = await this.#turn(owner.organisationId);
    try {
      // A twin may have started it meanwhile.
      return this.#accepted.has(owner.executionId) ? [] : await this.#keep(files, owner);
    } finally {
      leave();
    }
  }

  /** Notes that an execution is durably accepted: no later call can start it. */
  accepted(executionId: string): void {
    this.#accepted.delete(executionId);
    this.#accepted.add(executionId);
    const [oldest] = this.#accepted;
    if (this.#accepted.size > MOST_ACCEPTED && oldest !== undefined) this.#accepted.delete(oldest);
  }

  /** Nothing is begun for a call whose caller has been told meanwhile that it failed. */
  async #turn(organisationId: string): Promise<() => void> {
    const tooLate = AbortSignal.timeout(LIMITS.webhookFilesWaitMs);
    try {
      return await this.#turns.enter(organisationId, tooLate);
    } catch (error) {
      if (!tooLate.aborted) throw error;
      throw new AppError('SERVICE_UNAVAILABLE', {
        message: 'Too many calls of this organisation have files that wait to be stored; try again',
        cause: error,
      });
    }
  }

  async #keep(files: readonly CalledFile[], { organisationId, executionId }: FilesOwner): Promise<FileFacts[]> {
    const kept: FileFacts[] = [];
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
          isNew: true,
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
