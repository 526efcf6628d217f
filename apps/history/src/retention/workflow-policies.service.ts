import { Inject, Injectable } from '@nestjs/common';
import { ActiveSnapshot, VersionSnapshot } from '@millrace/contracts';
import { BUS, isUnreadable, type Bus } from '@millrace/messaging';
import { UNKNOWN_WORKFLOW } from '../counts/recorded-workflows.repository.js';
import { NO_POLICY, policyIn, type RetentionPolicy } from './retention-policy.js';
import { RetentionPoliciesRepository } from './retention-policies.repository.js';

/** A workflow that has had executions. */
export interface WorkflowAddress {
  readonly organisationId: string;
  readonly workflowId: string;
}

/**
 * How long the executions of workflows are kept, by their latest versions: so a change of the setting holds for executions that ended before it. What a
 * version says never changes, so its document is read once. Of a workflow that is deleted, what it said last holds on.
 */
@Injectable()
export class WorkflowPolicies {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly policies: RetentionPoliciesRepository,
  ) {}

  /** Throws SERVICE_UNAVAILABLE, and what the driver throws. */
  async of({ organisationId, workflowId }: WorkflowAddress): Promise<RetentionPolicy> {
    if (workflowId === UNKNOWN_WORKFLOW) return NO_POLICY;
    const active = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id: workflowId });
    const known = await this.policies.find(organisationId, workflowId);
    if (active?.organisation_id !== organisationId || active.version === known?.version) return known ?? NO_POLICY;
    const policy = await this.#read(organisationId, workflowId, active.version);
    // It is published later than it is named, or cannot be read: then what was said before holds until the next time.
    if (policy === null) return known ?? NO_POLICY;
    await this.policies.put({ _id: workflowId, org: organisationId, version: active.version, ...policy });
    return policy;
  }

  async #read(organisationId: string, workflow_id: string, version: number): Promise<RetentionPolicy | null> {
    try {
      const found = await this.bus.snapshots.get(VersionSnapshot, { workflow_id, version });
      return found?.organisation_id === organisationId ? policyIn(found.document) : null;
    } catch (error) {
      if (isUnreadable(error) || error instanceof SyntaxError) return null;
      throw error;
    }
  }
}
