import { Injectable } from '@nestjs/common';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { OrganisationSnapshots } from './organisation-snapshots.js';
import { SettingSnapshots } from './setting-snapshots.js';
import { TokenSnapshots } from './token-snapshots.js';
import { WorkflowPublisher } from './workflow-publisher.js';
import { WorkflowSnapshots } from './workflow-snapshots.js';

/** Workflows that one sweep takes. */
const BATCH = 200;

/** Younger ones are most likely being published by the request that wrote them. */
const GRACE_MS = 2_000;

/** Publishes what was written and not published, because its writer died or NATS was away, and announces what was not announced. */
@Injectable()
export class Sweeper {
  constructor(
    private readonly workflows: WorkflowsRepository,
    private readonly workflowSnapshots: WorkflowSnapshots,
    private readonly tokenSnapshots: TokenSnapshots,
    private readonly settingSnapshots: SettingSnapshots,
    private readonly organisationSnapshots: OrganisationSnapshots,
    private readonly publisher: WorkflowPublisher,
  ) {}

  /** One sweep; returns how many workflows it published. Throws SERVICE_UNAVAILABLE while the database or NATS is away. */
  async sweep(): Promise<number> {
    // First: what is suspended must not get in by a token that is published again.
    await this.organisationSnapshots.publishDue();
    await this.tokenSnapshots.publishDue();
    await this.settingSnapshots.publishDue();
    const before = new Date(Date.now() - GRACE_MS);
    const due = await this.workflows.findUnpublished(before, BATCH);
    let published = 0;
    for (const workflow of due) if (await this.publisher.publish(workflow)) published++;
    await this.#tellUntold(before);
    return published;
  }

  /** Last, and no further than the first failure: the others would wait for the same one. */
  async #tellUntold(before: Date): Promise<void> {
    for (const { organisation_id, _id } of await this.workflows.findUntold(before, BATCH))
      if (!(await this.workflowSnapshots.tellLate(organisation_id, _id))) return;
  }
}
