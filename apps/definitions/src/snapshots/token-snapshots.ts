import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { TokenSnapshot, type TokenSnapshotValue } from '@millrace/contracts';
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

  /**
   * Publishes a live token or takes a revoked one back. If it was written meanwhile, does so again: of two publishers that
   * overtake each other, the one that ends last has then seen the last write. Throws SERVICE_UNAVAILABLE while NATS or the
   * database is away; the sweeper then does the rest.
   */
  async publish(token: TokenRecord): Promise<void> {
    for (let now: TokenRecord | null = token; now; now = await this.tokens.findEver(token.organisation_id, token._id)) {
      await this.#put(now);
      if (await this.tokens.markPublished(now.organisation_id, now._id, now.revision)) return;
    }
    // It was revoked and pruned meanwhile.
    await this.bus.snapshots.delete(TokenSnapshot, { token_hash: token.token_hash });
  }

  async #put(token: TokenRecord): Promise<void> {
    const address = { token_hash: token.token_hash };
    if (token.revoked_at) {
      await this.bus.snapshots.delete(TokenSnapshot, address);
    } else {
      await this.bus.snapshots.put(TokenSnapshot, address, snapshotOf(token));
    }
  }

  /** Publishes every token that is due. */
  async publishDue(): Promise<void> {
    for (const token of await this.tokens.findUnpublished(PAGE)) await this.publish(token);
  }

  /**
   * Compares what is published with the database: takes back what no live token stands for (the database was restored, or
   * lost), and publishes again what says something else. Returns how many differed. Only an answer of the database takes
   * anything back: throws SERVICE_UNAVAILABLE when there is none.
   */
  async audit(): Promise<number> {
    let count = 0;
    let page: Published[] = [];
    for await (const { id, value } of this.bus.snapshots.all(TokenSnapshot)) {
      page.push({ hash: id, value });
      if (page.length < PAGE) continue;
      count += await this.#compare(page);
      page = [];
    }
    return count + (await this.#compare(page));
  }

  /** Deletes tokens that are revoked and taken back: nothing refers to them. */
  prune(): Promise<void> {
    return this.tokens.deleteRevoked();
  }

  async #compare(page: readonly Published[]): Promise<number> {
    if (page.length === 0) return 0;
    // After the snapshots: a token is stored before it is published.
    const live = await this.tokens.findLive(page.map(({ hash }) => hash));
    const byHash = new Map(live.map((token) => [token.token_hash, token]));
    let count = 0;
    for (const { hash, value } of page) {
      const token = byHash.get(hash);
      if (token && saysTheSame(token, value)) continue;
      if (token) await this.publish(token);
      else await this.bus.snapshots.delete(TokenSnapshot, { token_hash: hash });
      count++;
    }
    return count;
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

interface Published {
  readonly hash: string;
  readonly value: TokenSnapshotValue;
}

function snapshotOf({ _id: token_id, organisation_id, scopes, expires_at }: TokenRecord): TokenSnapshotValue {
  return { token_id, organisation_id, scopes, ...(expires_at ? { expires_at: expires_at.toISOString() } : {}) };
}

function saysTheSame(token: TokenRecord, value: TokenSnapshotValue): boolean {
  return isDeepStrictEqual(snapshotOf(token), value);
}
