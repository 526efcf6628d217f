import { Inject, Injectable } from '@nestjs/common';
import { TokenSnapshot } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { TokenRecord } from '../tokens/token.schema.js';
import { TokensRepository } from '../tokens/tokens.repository.js';

/** Makes the snapshot of an API token say what the database says. */
@Injectable()
export class TokenSnapshots {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly tokens: TokensRepository,
  ) {}

  /** Publishes a live token or takes a revoked one back. Throws SERVICE_UNAVAILABLE while NATS or the database is away. */
  async publish(token: TokenRecord): Promise<void> {
    const address = { token_hash: token.token_hash };
    if (token.revoked_at) {
      await this.bus.snapshots.delete(TokenSnapshot, address);
    } else {
      const { _id: token_id, organisation_id, scopes } = token;
      await this.bus.snapshots.put(TokenSnapshot, address, { token_id, organisation_id, scopes });
    }
    // False when the token was written meanwhile: it stays due, and the sweeper comes back to it.
    await this.tokens.markPublished(token.organisation_id, token._id, token.revision);
  }

  /** Publishes every token that is due. */
  async publishDue(): Promise<void> {
    for (const token of await this.tokens.findUnpublished(PAGE)) await this.publish(token);
  }

  /** Publishes every token there is. */
  async publishAll(): Promise<void> {
    for (
      let page = await this.tokens.walk('', PAGE);
      page.length > 0;
      page = await this.tokens.walk(page.at(-1)!._id, PAGE)
    ) {
      for (const token of page) await this.publish(token);
    }
  }
}

const PAGE = 500;
