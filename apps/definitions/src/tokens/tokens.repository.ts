import { Injectable } from '@nestjs/common';
import { newId } from '@millrace/contracts';
import type { Model } from 'mongoose';
import { Database } from '@millrace/service-kit/mongo';
import { notedWrite } from '../persistence/noted-writes.js';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { tokenSchema, type TokenRecord } from './token.schema.js';

/** That a token was used. */
export interface TokenUse {
  readonly organisation_id: string;
  readonly token_id: string;
  readonly used_at: Date;
}

/** Collection `api_tokens`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class TokensRepository {
  readonly model: Model<TokenRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<TokenRecord>('Token', tokenSchema);
  }

  /** Makes the token live with these scopes, whether it is new, known or was revoked. Throws when another organisation has it. */
  async ensureBootstrap(token: Pick<TokenRecord, 'organisation_id' | 'token_hash' | 'name' | 'scopes'>): Promise<void> {
    const { organisation_id, token_hash, name, scopes } = token;
    const update = {
      $set: { name, scopes, revoked_at: null, snapshot_pending: true },
      $inc: { revision: 1 },
      $setOnInsert: { _id: newId('token'), origin: 'bootstrap', created_at: new Date() },
    };
    await this.database.run(() =>
      this.model.updateOne({ organisation_id, token_hash }, update, { upsert: true }).exec(),
    );
  }

  /** Revokes the bootstrap tokens of all organisations but those of `keptHashes`: what the settings no longer name has no other way to end. */
  async revokeFormerBootstrap(keptHashes: readonly string[]): Promise<void> {
    const filter = { origin: 'bootstrap' as const, token_hash: { $nin: keptHashes }, revoked_at: null };
    const update = { $set: { revoked_at: new Date(), snapshot_pending: true }, $inc: { revision: 1 } };
    await this.database.run(() => overAllOrganisations(this.model.updateMany(filter, update)).exec());
  }

  /** Stores a new token, whose snapshot is then due. */
  async insert(token: TokenRecord): Promise<void> {
    await this.database.run(() => this.model.insertOne(token));
  }

  /** A page of the organisation's live tokens, newest first; `before` is the last id of the page before. */
  list(organisationId: string, limit: number, before?: string): Promise<TokenRecord[]> {
    const filter = { organisation_id: organisationId, revoked_at: null, ...(before ? { _id: { $lt: before } } : {}) };
    return this.database.run(() => this.model.find(filter).sort({ _id: -1 }).limit(limit).lean<TokenRecord[]>().exec());
  }

  /** How many live tokens of the organisation the API has made. */
  countMade(organisationId: string): Promise<number> {
    const filter = { organisation_id: organisationId, revoked_at: null, origin: 'api' as const };
    return this.database.run(() => this.model.countDocuments(filter).exec());
  }

  /** Whether the settings name a live token of the organisation. */
  async hasBootstrap(organisationId: string): Promise<boolean> {
    const filter = { organisation_id: organisationId, revoked_at: null, origin: 'bootstrap' as const };
    return (await this.database.run(() => this.model.exists(filter).exec())) !== null;
  }

  /** Revokes all tokens of the organisation. */
  async revokeAll(organisationId: string): Promise<void> {
    const update = { $set: { revoked_at: new Date(), snapshot_pending: true }, $inc: { revision: 1 } };
    await this.database.run(() =>
      this.model.updateMany({ organisation_id: organisationId, revoked_at: null }, update).exec(),
    );
  }

  /** Tokens of the organisation whose snapshots are due. */
  findUnpublishedOf(organisationId: string): Promise<TokenRecord[]> {
    const filter = { organisation_id: organisationId, snapshot_pending: true };
    return this.database.run(() => this.model.find(filter).lean<TokenRecord[]>().exec());
  }

  /** A live token, or null. */
  find(organisationId: string, id: string): Promise<TokenRecord | null> {
    const filter = { _id: id, organisation_id: organisationId, revoked_at: null };
    return this.database.run(() => this.model.findOne(filter).lean<TokenRecord>().exec());
  }

  /** A token, also when it is revoked; null when there is none. */
  findEver(organisationId: string, id: string): Promise<TokenRecord | null> {
    const filter = { _id: id, organisation_id: organisationId };
    return this.database.run(() => this.model.findOne(filter).lean<TokenRecord>().exec());
  }

  /** Writes members of a live token that is at `revision`; null when it was written or revoked meanwhile. Its snapshot is then due. */
  change(token: TokenRecord, changes: Partial<TokenRecord>): Promise<TokenRecord | null> {
    const { _id, organisation_id, revision } = token;
    const written = { ...changes, updated_at: new Date(), snapshot_pending: true };
    const update = { $set: written, $inc: { revision: 1 }, ...notedWrite() };
    return this.database.run(() =>
      this.model
        .findOneAndUpdate({ _id, organisation_id, revision, revoked_at: null }, update, { returnDocument: 'after' })
        .lean<TokenRecord>()
        .exec(),
    );
  }

  /** Notes when tokens were used last; an earlier time than the noted one changes nothing. */
  async recordUses(uses: readonly TokenUse[]): Promise<void> {
    const writes = uses.map(({ organisation_id, token_id, used_at }) => ({
      updateOne: { filter: { _id: token_id, organisation_id }, update: { $max: { last_used_at: used_at } } },
    }));
    if (writes.length > 0) await this.database.run(() => this.model.bulkWrite(writes, { ordered: false }));
  }

  /** Deletes the tokens of all organisations that the API made and that are revoked, once their snapshots are gone. */
  async deleteRevoked(): Promise<void> {
    const filter = { origin: 'api' as const, revoked_at: { $ne: null }, snapshot_pending: false };
    await this.database.run(() => overAllOrganisations(this.model.deleteMany(filter)).exec());
  }

  /** Marks the snapshot of `revision` as published. Returns false when the token has been written since. */
  async markPublished(organisationId: string, id: string, revision: number): Promise<boolean> {
    const filter = { _id: id, organisation_id: organisationId, revision };
    const result = await this.database.run(() =>
      this.model.updateOne(filter, { $set: { snapshot_pending: false } }).exec(),
    );
    return result.matchedCount === 1;
  }

  /** Tokens whose snapshots are due, of all organisations. */
  findUnpublished(limit: number): Promise<TokenRecord[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ snapshot_pending: true }))
        .limit(limit)
        .lean<TokenRecord[]>()
        .exec(),
    );
  }

  /** Those tokens of all organisations that are live and have one of these hashes. */
  findLive(hashes: readonly string[]): Promise<TokenRecord[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ token_hash: { $in: hashes }, revoked_at: null }))
        .lean<TokenRecord[]>()
        .exec(),
    );
  }

  /** All tokens of all organisations, revoked ones included, in pages by id; `after` is the last id of the page before, or ''. */
  walk(after: string, limit: number): Promise<TokenRecord[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ _id: { $gt: after } }))
        .sort({ _id: 1 })
        .limit(limit)
        .lean<TokenRecord[]>()
        .exec(),
    );
  }
}
