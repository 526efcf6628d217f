import { Injectable } from '@nestjs/common';
import type { Model } from 'mongoose';
import { Database } from '@millrace/service-kit/mongo';
import { organisationSchema, type OrganisationRecord } from './organisation.schema.js';

/** Collection `organisations`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class OrganisationsRepository {
  readonly model: Model<OrganisationRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<OrganisationRecord>('Organisation', organisationSchema);
  }

  /** Makes the organisation if there is none of that id; an existing one keeps its name. */
  async ensure(id: string, name: string): Promise<void> {
    const update = { $setOnInsert: { name, created_at: new Date() } };
    await this.database.run(() => this.model.updateOne({ _id: id }, update, { upsert: true }).exec());
  }

  /** Its name, or null when there is no such organisation. */
  async nameOf(id: string): Promise<string | null> {
    const found = await this.database.run(() =>
      this.model.findOne({ _id: id }).select({ name: 1 }).lean<Pick<OrganisationRecord, 'name'>>().exec(),
    );
    return found?.name ?? null;
  }

  /** Bytes of the documents of its workflows' versions. */
  async workflowBytes(id: string): Promise<number> {
    const found = await this.database.run(() =>
      this.model.findOne({ _id: id }).select({ workflow_bytes: 1 }).lean<Partial<OrganisationRecord>>().exec(),
    );
    return found?.workflow_bytes ?? 0;
  }

  /** Adds to them; less than 0 takes away. */
  async addWorkflowBytes(id: string, bytes: number): Promise<void> {
    if (bytes === 0) return;
    const update = { $inc: { workflow_bytes: bytes }, $setOnInsert: { name: id, created_at: new Date() } };
    await this.database.run(() => this.model.updateOne({ _id: id }, update, { upsert: true }).exec());
  }
}
