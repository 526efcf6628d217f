import { Inject, Injectable } from '@nestjs/common';
import { ScheduleCursor, ScheduleSnapshot, type ScheduleSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus, type StoredRecord } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK } from './clock.js';
import type { Cursor } from './cursor.js';
import { Cursors } from './cursors.js';
import { ExecutionEnds } from './execution-ends.js';
import { letRest } from './rest.js';
import { entriesOf, type ScheduleEntry } from './schedule-entry.js';

/** All schedules of all organisations, from the snapshots that `definitions` publishes. */
@Injectable()
export class ScheduleTable {
  readonly #workflows = new Map<string, readonly ScheduleEntry[]>();
  /** With the id itself, which all entries of the organisation share. */
  readonly #byOrganisation = new Map<string, { readonly id: string; readonly workflows: Set<string> }>();
  /** New entries that nobody has taken: a reading that fails half-way loses none of those it has read. */
  #fresh: ScheduleEntry[] = [];

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
    @Inject(CLOCK) private readonly now: () => number,
    private readonly cursors: Cursors,
    private readonly ends: ExecutionEnds,
  ) {}

  get size(): number {
    let size = 0;
    for (const entries of this.#workflows.values()) size += entries.length;
    return size;
  }

  /** The schedules of a workflow, in their order. */
  ofWorkflow(workflowId: string): readonly ScheduleEntry[] {
    return this.#workflows.get(workflowId) ?? [];
  }

  /** Those of an organisation, by workflow and index. */
  ofOrganisation(organisationId: string): ScheduleEntry[] {
    const workflows = [...(this.#byOrganisation.get(organisationId)?.workflows ?? [])].sort();
    return workflows.flatMap((workflowId) => this.ofWorkflow(workflowId));
  }

  /** Calls `listener` with each workflow whose schedules are published or withdrawn, and with null when that may have been missed. Returns the function that ends it. */
  watch(listener: (workflowId: string | null) => void): () => void {
    return this.bus.snapshots.watch(ScheduleSnapshot, listener);
  }

  /** Returns the entries that are new since the last call, also when the reading that found them has failed. */
  takeFresh(): readonly ScheduleEntry[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Reads what is published of a workflow. Throws SERVICE_UNAVAILABLE. */
  async refresh(workflowId: string): Promise<void> {
    this.#put(workflowId, await this.bus.snapshots.get(ScheduleSnapshot, { workflow_id: workflowId }));
  }

  /** Reads all that is published, and drops what no longer is. Throws SERVICE_UNAVAILABLE. */
  refreshAll(): Promise<void> {
    return this.#readAll(() => undefined);
  }

  /**
   * The same for the first time: schedules that are not due rest at once. Their cursors are read before, all together, since one by one takes much longer; when that
   * fails each is read when it is needed.
   */
  async readFirst(): Promise<void> {
    const cursors = await this.#allCursors();
    await this.#readAll((entry) => {
      if (cursors === null) return;
      const key = ScheduleCursor.key(entry.address);
      letRest(entry, cursors.get(key) ?? null, this.now());
      cursors.delete(key);
    });
  }

  /** By their keys, or null when they cannot be read. */
  async #allCursors(): Promise<Map<string, StoredRecord<Cursor>> | null> {
    const cursors = new Map<string, StoredRecord<Cursor>>();
    try {
      for await (const cursor of this.cursors.all()) cursors.set(ScheduleCursor.key(cursor.value), cursor);
      return cursors;
    } catch (error) {
      this.logger.warn({ err: error }, 'How far schedules have come could not be read at once, and is read one by one');
      return null;
    }
  }

  async #readAll(onFresh: (entry: ScheduleEntry) => void): Promise<void> {
    const missing = new Set(this.#workflows.keys());
    for await (const { id, value } of this.bus.snapshots.all(ScheduleSnapshot)) {
      missing.delete(id);
      const known = this.#fresh.length;
      this.#put(id, value);
      this.#fresh.slice(known).forEach(onFresh);
    }
    // One that was withdrawn may have been published again since it was not listed.
    for (const workflowId of missing) await this.refresh(workflowId);
  }

  #put(workflowId: string, published: ScheduleSnapshotValue | null): void {
    const former = this.#workflows.get(workflowId) ?? [];
    const entries = published === null ? [] : entriesOf(this.#sharing(published), former);
    const unread = (published?.schedules.length ?? 0) - entries.length;
    if (unread > 0)
      this.logger.warn(
        { workflow_id: workflowId, unread },
        'Schedules cannot be read by this version and start nothing',
      );
    const kept = new Set(entries);
    for (const entry of former) if (!kept.has(entry)) this.#drop(entry);
    const [first] = entries;
    const id = first?.address.workflow_id ?? workflowId;
    this.#index(id, former[0]?.address.organisation_id, published?.organisation_id);
    if (first !== undefined) this.#workflows.set(id, entries);
    else this.#workflows.delete(id);
    for (const entry of entries) if (!former.includes(entry)) this.#fresh.push(entry);
  }

  #drop(entry: ScheduleEntry): void {
    entry.gone = true;
    this.ends.forget(entry);
  }

  #sharing(published: ScheduleSnapshotValue): ScheduleSnapshotValue {
    const { organisation_id } = published;
    return { ...published, organisation_id: this.#byOrganisation.get(organisation_id)?.id ?? organisation_id };
  }

  #index(workflowId: string, former: string | undefined, id: string | undefined): void {
    if (former !== undefined) {
      const { workflows } = this.#byOrganisation.get(former) ?? {};
      workflows?.delete(workflowId);
      if (workflows?.size === 0) this.#byOrganisation.delete(former);
    }
    if (id === undefined) return;
    const own = this.#byOrganisation.get(id) ?? { id, workflows: new Set() };
    own.workflows.add(workflowId);
    this.#byOrganisation.set(id, own);
  }
}
