import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { areComplete, markComplete } from './completeness-marker.js';
import { OrganisationSnapshots } from './organisation-snapshots.js';
import { SettingSnapshots } from './setting-snapshots.js';
import { TokenSnapshots } from './token-snapshots.js';
import { WorkflowPublisher } from './workflow-publisher.js';

const PAGE = 200;

/** Fills the buckets from the database, and checks one against the other. */
@Injectable()
export class SnapshotRebuilder {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly workflows: WorkflowsRepository,
    private readonly publisher: WorkflowPublisher,
    private readonly tokenSnapshots: TokenSnapshots,
    private readonly settingSnapshots: SettingSnapshots,
    private readonly organisationSnapshots: OrganisationSnapshots,
  ) {}

  /** Publishes everything if a bucket is new or was lost; returns how many workflows that were, or null if there was no need. */
  async rebuildIfLost(signal: AbortSignal): Promise<number | null> {
    if (await areComplete(this.bus.snapshots)) return null;
    // Before the tokens: without a snapshot an organisation is not suspended.
    await this.organisationSnapshots.publishAll(signal);
    // Without tokens nobody gets in.
    await this.tokenSnapshots.publishAll();
    // Before the workflows: an execution that starts can read them.
    await this.settingSnapshots.publishAll(signal);
    const count = await this.#eachWorkflow(signal, (workflow) => this.publisher.publishAllVersions(workflow));
    if (!signal.aborted) await markComplete(this.bus.snapshots);
    return count;
  }

  /**
   * Publishes the workflows whose snapshots differ from the database, and returns how many. That should be none: it
   * heals a publisher that died at the very moment it was overtaken, and hands that touched a bucket.
   */
  async audit(signal: AbortSignal): Promise<number> {
    await this.organisationSnapshots.publishAll(signal);
    await this.settingSnapshots.publishAll(signal);
    return this.#eachWorkflow(signal, (workflow) => this.publisher.publishIfDifferent(workflow));
  }

  async #eachWorkflow(signal: AbortSignal, visit: (workflow: WorkflowRecord) => Promise<boolean>): Promise<number> {
    let count = 0;
    let after = '';
    for (;;) {
      const page = await this.workflows.walk(after, PAGE);
      for (const workflow of page) {
        if (signal.aborted) return count;
        if (await visit(workflow)) count++;
        after = workflow._id;
      }
      if (page.length < PAGE) return count;
    }
  }
}
