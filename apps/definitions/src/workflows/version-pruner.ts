import { Inject, Injectable } from '@nestjs/common';
import { ActiveSnapshot, LIMITS, RunRequested, VersionSnapshot } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { WorkflowBytes } from '../organisations/workflow-bytes.js';
import { WorkflowDraftsRepository } from '../workflow-drafts/workflow-drafts.repository.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import { WorkflowVersionsRepository } from './workflow-versions.repository.js';
import type { WorkflowRecord } from './workflow.schema.js';
import { WorkflowsRepository } from './workflows.repository.js';

const PAGE = 200;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Clocks of this process and of the server may differ by so much, and starts may be on their way for so long. */
const MARGIN_MS = 60 * 60 * 1_000;
/** Longer than an execution can have been waiting since it began. */
const LONGEST_WAIT_MS = LIMITS.executionWaitMs + MARGIN_MS;

/**
 * Deletes versions that nobody can start and no execution is pinned to. Each takes three steps, of which the server's clock and
 * queue decide, so that no execution is asked for:
 *
 * 1. *Retired*: its workflow has newer ones, as many as are kept, or was deleted, and the published snapshot says so: nothing starts it.
 * 2. *Drained*: nothing is in the queue that is older. A message stays there until its execution ends or waits, so all that
 *    were accepted have begun.
 * 3. Deleted, when since then an execution can wait no longer and no wake-up of that time is in the queue any more.
 */
@Injectable()
export class VersionPruner {
  /** Whether retired versions were looked at that may be started again, since the settings are other ones. */
  #restored = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_VERSION_KEEP_DAYS'>,
    private readonly workflows: WorkflowsRepository,
    private readonly versions: WorkflowVersionsRepository,
    private readonly bytes: WorkflowBytes,
    private readonly drafts: WorkflowDraftsRepository,
  ) {}

  /** Takes all versions as far as they can go now; returns how many were deleted. Throws SERVICE_UNAVAILABLE. */
  async prune(stopping: AbortSignal): Promise<number> {
    await this.#retireAll(stopping);
    const now = Date.now();
    const oldest = (await this.bus.oldestAt(RunRequested))?.getTime() ?? now;
    await this.versions.markDrained(new Date(oldest - MARGIN_MS), new Date(now));
    const kept = now - this.config.MILLRACE_VERSION_KEEP_DAYS * DAY_MS;
    const before = new Date(Math.min(kept, oldest - LONGEST_WAIT_MS));
    let count = 0;
    for (;;) {
      const page = await this.versions.findDrained(before, PAGE);
      for (const version of page) {
        if (stopping.aborted) return count;
        await this.#delete(version);
        count++;
      }
      if (page.length < PAGE) return count;
    }
  }

  async #retireAll(stopping: AbortSignal): Promise<void> {
    for (let after = ''; ;) {
      const page = await this.workflows.walk(after, PAGE);
      for (const workflow of page) {
        if (stopping.aborted) return;
        await this.#retire(workflow);
        after = workflow._id;
      }
      if (page.length < PAGE) break;
    }
    this.#restored = true;
  }

  /** What the published snapshot lets nobody start; the record may be ahead of it. */
  async #retire(workflow: WorkflowRecord): Promise<void> {
    const { _id: workflow_id, organisation_id, version, deleted_at } = workflow;
    const active = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id });
    const oldest = deleted_at !== null && active === null ? version + 1 : (active?.oldest_version ?? 1);
    if (!this.#restored) await this.versions.restore(organisation_id, workflow_id, oldest);
    if (oldest > 1) await this.versions.retire(organisation_id, workflow_id, oldest - 1, new Date());
  }

  async #delete(record: WorkflowVersionRecord): Promise<void> {
    const { organisation_id, workflow_id, version, bytes = 0 } = record;
    if (await this.#canBeStarted(record)) return this.versions.restore(organisation_id, workflow_id, version);
    await this.bus.snapshots.delete(VersionSnapshot, { workflow_id, version });
    if (!(await this.versions.delete(record))) return;
    await this.bytes.add(organisation_id, -bytes);
    if ((await this.versions.numbers(organisation_id, workflow_id)).length > 0) return;
    await this.bytes.add(organisation_id, -(await this.drafts.remove(organisation_id, workflow_id)));
    await this.workflows.forget(organisation_id, workflow_id);
  }

  /** One that was retired in the moment in which its deleted workflow was restored. */
  async #canBeStarted({ organisation_id, workflow_id, version }: WorkflowVersionRecord): Promise<boolean> {
    const workflow = await this.workflows.find(organisation_id, workflow_id);
    if (!workflow) return false;
    const active = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id });
    return active !== null && version >= (active.oldest_version ?? 1) && version <= workflow.version;
  }
}
