import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection } from 'mongoose';
import { RETENTION_POLICIES, type RetentionPolicyDocument } from './retention.schema.js';

/** The `retention_policies` collection. Every method throws what the driver throws when the server is away. */
@Injectable()
export class RetentionPoliciesRepository {
  readonly #policies: Collection<RetentionPolicyDocument>;

  constructor({ connection }: Database) {
    this.#policies = connection.collection(RETENTION_POLICIES);
  }

  /** What is noted of a workflow of an organisation, or null. */
  async find(org: string, workflowId: string): Promise<RetentionPolicyDocument | null> {
    return this.#policies.findOne({ _id: workflowId, org });
  }

  /** Notes it, instead of what was noted before. */
  async put(policy: RetentionPolicyDocument): Promise<void> {
    await this.#policies.replaceOne({ _id: policy._id }, policy, { upsert: true });
  }
}
