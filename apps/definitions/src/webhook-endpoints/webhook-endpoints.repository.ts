import { Injectable } from '@nestjs/common';
import { randomSecret, secretOf } from '@millrace/contracts';
import type { Model } from 'mongoose';
import { bytesOfWrite } from '@millrace/service-kit/keyed-write';
import { Database } from '@millrace/service-kit/mongo';
import { webhookEndpointSchema, type WebhookEndpointRecord } from './webhook-endpoint.schema.js';

/** Random characters of an address, 5 bits each: the address is all that keeps strangers from calling it. */
const ADDRESS_LENGTH = 24;

/** Much longer than any publication takes. */
const REMEMBERED_MS = 24 * 60 * 60 * 1_000;

/** Of a workflow: each publication takes their snapshots away. */
const MOST_REMEMBERED = 100;

/** Collection `webhook_endpoints`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WebhookEndpointsRepository {
  readonly model: Model<WebhookEndpointRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<WebhookEndpointRecord>('WebhookEndpoint', webhookEndpointSchema);
  }

  /** Every address the workflow has ever had, oldest first. */
  async idsOfWorkflow(organisationId: string, workflowId: string): Promise<string[]> {
    const filter = { organisation_id: organisationId, workflow_id: workflowId };
    const endpoints = await this.database.run(() =>
      this.model.find(filter).sort({ created_at: 1, _id: 1 }).lean<WebhookEndpointRecord[]>().exec(),
    );
    return endpoints.map((endpoint) => endpoint._id);
  }

  /** Those of them that a trigger may be given again, oldest first. */
  async spareOfWorkflow(organisationId: string, workflowId: string): Promise<string[]> {
    const filter = { organisation_id: organisationId, workflow_id: workflowId, retired_at: null };
    const endpoints = await this.database.run(() =>
      this.model.find(filter).sort({ created_at: 1, _id: 1 }).lean<WebhookEndpointRecord[]>().exec(),
    );
    return endpoints.map((endpoint) => endpoint._id);
  }

  /** Keeps an address from being given to a trigger again. */
  async retire(organisationId: string, workflowId: string, webhookId: string): Promise<void> {
    const filter = { _id: webhookId, organisation_id: organisationId, workflow_id: workflowId };
    await this.database.run(() => this.model.updateOne(filter, { $set: { retired_at: new Date() } }).exec());
  }

  /**
   * Forgets addresses that were retired long ago, but those in use, and of the others all but the newest. Until then each publication of the
   * workflow takes their snapshots away: one that was under way when the address was retired may put its snapshot back.
   */
  async forgetRetired(organisationId: string, workflowId: string, inUse: readonly string[]): Promise<void> {
    const filter = {
      organisation_id: organisationId,
      workflow_id: workflowId,
      retired_at: { $ne: null },
      _id: { $nin: [...inUse] },
    };
    const retired = await this.database.run(() =>
      this.model.find(filter).sort({ retired_at: -1, _id: 1 }).lean<WebhookEndpointRecord[]>().exec(),
    );
    const before = Date.now() - REMEMBERED_MS;
    const over = retired.filter(({ retired_at }, n) => n >= MOST_REMEMBERED || (retired_at?.getTime() ?? 0) < before);
    if (over.length === 0) return;
    const ids = over.map(({ _id }) => _id);
    await this.database.run(() => this.model.deleteMany({ ...filter, _id: { $in: ids } }).exec());
  }

  /** The address that a write under an `Idempotency-Key` makes, or any: of a repetition the one that it has made before. */
  async createForWrite(organisationId: string, workflowId: string): Promise<string> {
    const _id = `wh_${secretOf(bytesOfWrite('webhook address', ADDRESS_LENGTH))}`;
    const update = { $setOnInsert: { workflow_id: workflowId, created_at: new Date() } };
    await this.database.run(() =>
      this.model.updateOne({ _id, organisation_id: organisationId }, update, { upsert: true }).exec(),
    );
    return _id;
  }

  /** Makes `count` new addresses for the workflow and returns their ids. */
  async create(organisationId: string, workflowId: string, count: number): Promise<string[]> {
    if (count === 0) return [];
    const created_at = new Date();
    const records = Array.from({ length: count }, () => ({
      _id: `wh_${randomSecret(ADDRESS_LENGTH)}`,
      organisation_id: organisationId,
      workflow_id: workflowId,
      created_at,
    }));
    await this.database.run(() => this.model.insertMany(records));
    return records.map((record) => record._id);
  }
}
