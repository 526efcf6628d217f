import { LIMITS } from '@millrace/contracts';
import { noteChange } from '../audit/noted-change.js';
import { changedSetting } from '../audit/changed-setting.js';
import { hasMade } from '../persistence/noted-writes.js';
import { KeyedQueue, QueueFull } from '../workflows/keyed-queue.js';
import { tooManySettingWriters, type SettingKind } from './settings.errors.js';
import type { SettingsRepository } from './settings.repository.js';
import type { SettingsRecord } from './settings.schema.js';

/** How often a change is repeated on ever newer states. */
const MOST_ATTEMPTS = 20;

/** Makes an organisation's settings another state; null leaves them as they are. */
export type SettingChange = (record: SettingsRecord) => Pick<SettingsRecord, 'entries' | 'key_id'> | null;

/** Changes settings: of one organisation one change after another, against other replicas by compare-and-set. */
export class SettingWriter {
  readonly #queue = new KeyedQueue(LIMITS.savesPerOrganisation);

  constructor(
    private readonly kind: SettingKind,
    private readonly settings: SettingsRepository,
    private readonly publish: (organisationId: string) => Promise<void>,
  ) {}

  /** Returns the state after the change, once it is published. Throws what the change throws, SERVICE_UNAVAILABLE. */
  async write(organisationId: string, change: SettingChange): Promise<SettingsRecord> {
    try {
      return await this.#queue.run(organisationId, () => this.#untilWritten(organisationId, change));
    } catch (error) {
      throw error instanceof QueueFull ? tooManySettingWriters(this.kind) : error;
    }
  }

  async #untilWritten(organisationId: string, change: SettingChange): Promise<SettingsRecord> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const record = await this.settings.findOrCreate(organisationId);
      const changed = hasMade(record) ? null : change(record);
      if (changed === null) return this.#published(record);
      const written = await this.settings.compareAndSet(organisationId, record.revision, changed);
      if (written === null) continue;
      noteChange(() => changedSetting(record.entries, written.entries, this.kind === 'variable'));
      await this.publish(organisationId);
      return written;
    }
    throw tooManySettingWriters(this.kind);
  }

  /** Whoever has written it may have died before that was published. */
  async #published(record: SettingsRecord): Promise<SettingsRecord> {
    if (record.snapshot_pending && hasMade(record)) await this.publish(record.organisation_id);
    return record;
  }
}
