import { Inject, Injectable } from '@nestjs/common';
import { ScheduleSnapshot, type ScheduleSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK } from './clock.js';
import { Cursors } from './cursors.js';
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
  async refreshAll(): Promise<void> {
    const missing = new Set(this.#workflows.keys());
    for await (const { id, value } of this.bus.snapshots.all(ScheduleSnapshot)) {
      missing.delete(id);
      this.#put(id, value);
    }
    // One that was withdrawn may have been published again since it was not listed.
    for (const workflowId of missing) await this.refresh(workflowId);
  }

  /** Reads the cursors of all schedules at once, which would otherwise be read one by one, and lets those rest that are not due. Throws SERVICE_UNAVAILABLE. */
  async readCursors(): Promise<void> {
    const unread = new Set(this.#fresh);
    for await (const cursor of this.cursors.all()) {
      const { workflow_id, index } = cursor.value;
      const entry = this.ofWorkflow(workflow_id).find(({ address }) => address.index === index);
      if (entry !== undefined && unread.delete(entry)) letRest(entry, cursor, this.now());
    }
    for (const entry of unread) letRest(entry, null, this.now());
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
    for (const entry of former) if (!kept.has(entry)) entry.gone = true;
    const [first] = entries;
    const id = first?.address.workflow_id ?? workflowId;
    this.#index(id, former[0]?.address.organisation_id, published?.organisation_id);
    if (first !== undefined) this.#workflows.set(id, entries);
    else this.#workflows.delete(id);
    for (const entry of entries) if (!former.includes(entry)) this.#fresh.push(entry);
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
