import { Injectable } from '@nestjs/common';
import {
  LIMITS,
  type TokenCreated,
  type TokenList,
  type TokenOwner,
  type TokenPatch,
  type TokenRequest,
  type TokenResource,
} from '@millrace/contracts';
import { API_TOKEN_BYTES, newApiToken } from '@millrace/service-kit/api-token';
import { bytesOfWrite, idOfWrite, keyedWrite } from '@millrace/service-kit/keyed-write';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { noteChange } from '../audit/noted-change.js';
import { tokenState } from '../audit/resource-state.js';
import { OrganisationsRepository } from '../organisations/organisations.repository.js';
import { hasMade } from '../persistence/noted-writes.js';
import { TokenSnapshots } from '../snapshots/token-snapshots.js';
import { requireNoLonger, requireScopes, type Granter } from './granted.js';
import { tokenResource } from './resource.js';
import type { TokenRecord } from './token.schema.js';
import {
  expiryInThePast,
  tokenBeingChanged,
  tokenConflict,
  tokenFromSettings,
  tokenNotFound,
  tooManyTokens,
} from './tokens.errors.js';
import { TokensRepository } from './tokens.repository.js';

/** What is asked for with a change. */
export interface TokenChange {
  readonly token_id: string;
  readonly by: Granter;
  readonly patch: TokenPatch;
  readonly if_version?: number | undefined;
}

/** How often a change is begun again because others were quicker. */
const ATTEMPTS = 5;

/** API tokens that organisations make for themselves. Every method throws SERVICE_UNAVAILABLE while the database or NATS is away. */
@Injectable()
export class TokensService {
  constructor(
    private readonly tokens: TokensRepository,
    private readonly snapshots: TokenSnapshots,
    private readonly organisations: OrganisationsRepository,
  ) {}

  /** A page of live tokens, newest first. */
  async list(organisationId: string, page: { limit: number; starting_after?: string | undefined }): Promise<TokenList> {
    // One more than asked for says whether there is a next page.
    const found = await this.tokens.list(organisationId, page.limit + 1, page.starting_after);
    const tokens = found.slice(0, page.limit).map(tokenResource);
    const hasMore = found.length > page.limit;
    return { tokens, next_cursor: hasMore ? (tokens.at(-1)?.id ?? null) : null, has_more: hasMore };
  }

  /** Makes a token that has some of the caller's scopes, for no longer than the caller's; only this returns its text. */
  async create(
    organisationId: string,
    by: Granter,
    { name, scopes: asked, expires_at }: TokenRequest,
  ): Promise<TokenCreated> {
    const scopes = [...new Set<string>(asked)];
    requireScopes(by.scopes, scopes);
    const text = newApiToken(bytesOfWrite('api token', API_TOKEN_BYTES));
    const id = idOfWrite('token');
    const before = keyedWrite() && (await this.#made(organisationId, id, text));
    if (before) return before;
    const expiresAt = futureDate(expires_at) ?? by.expiresAt;
    requireNoLonger(by, expiresAt);
    if ((await this.tokens.countMade(organisationId)) >= LIMITS.tokensPerOrganisation) throw tooManyTokens();
    const now = new Date();
    const token: TokenRecord = {
      _id: id,
      organisation_id: organisationId,
      token_hash: tokenHash(text),
      name,
      scopes,
      origin: 'api',
      last_four: text.slice(-4),
      created_at: now,
      updated_at: now,
      expires_at: expiresAt,
      last_used_at: null,
      revoked_at: null,
      revision: 1,
      snapshot_pending: true,
    };
    try {
      await this.tokens.insert(token);
    } catch (error) {
      const made = isDuplicateKey(error) ? await this.#made(organisationId, id, text) : null;
      if (made) return made;
      throw error;
    }
    noteChange(() => ({ before: null, after: tokenState(token) }));
    await this.snapshots.publish(token);
    return { ...tokenResource(token), token: text };
  }

  /** Changes a token. Who changes what it may, or for how long, has all of its scopes: nobody hands out more than that. */
  async update(organisationId: string, change: TokenChange): Promise<TokenResource> {
    const { name, scopes, expires_at } = change.patch;
    const changes: Partial<TokenRecord> = {
      ...(name === undefined ? {} : { name }),
      ...(scopes === undefined ? {} : { scopes: [...new Set<string>(scopes)] }),
      ...(expires_at === undefined ? {} : { expires_at: futureDate(expires_at) }),
    };
    const grants = scopes !== undefined || expires_at !== undefined;
    const checkVersion = requireVersion(change.if_version);
    const changed = await this.#change(organisationId, change.token_id, changes, (token) => {
      checkVersion(token);
      if (!grants) return;
      requireScopes(change.by.scopes, changes.scopes ?? token.scopes);
      requireNoLonger(change.by, changes.expires_at === undefined ? token.expires_at : changes.expires_at);
    });
    return tokenResource(changed);
  }

  /** Revokes a token; its snapshot is gone when this returns. */
  async revoke(organisationId: string, tokenId: string, ifVersion?: number): Promise<void> {
    await this.#change(organisationId, tokenId, { revoked_at: new Date() }, requireVersion(ifVersion));
  }

  /** The organisation and the token of a call. */
  async owner(organisationId: string, tokenId: string): Promise<TokenOwner> {
    const [token, name] = await Promise.all([
      this.tokens.find(organisationId, tokenId),
      this.organisations.nameOf(organisationId),
    ]);
    if (!token) throw tokenNotFound(tokenId);
    return { organisation: { id: organisationId, name: name ?? organisationId }, token: tokenResource(token) };
  }

  /** What an earlier attempt of the same write has made, or null. */
  async #made(organisationId: string, id: string, text: string): Promise<TokenCreated | null> {
    const token = await this.tokens.findEver(organisationId, id);
    if (token?.token_hash !== tokenHash(text)) return null;
    await this.snapshots.publish(token);
    return { ...tokenResource(token), token: text };
  }

  /** Compares and sets, so that what was checked of a token still holds when it is written. */
  async #change(
    organisationId: string,
    tokenId: string,
    changes: Partial<TokenRecord>,
    check: (token: TokenRecord) => void = () => undefined,
  ): Promise<TokenRecord> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const token = await this.tokens.find(organisationId, tokenId);
      if (!token) throw tokenNotFound(tokenId);
      if (token.origin === 'bootstrap') throw tokenFromSettings(tokenId);
      if (hasMade(token)) {
        await this.snapshots.publish(token);
        return token;
      }
      check(token);
      const changed = await this.tokens.change(token, changes);
      if (!changed) continue;
      noteChange(() => ({ before: tokenState(token), after: tokenState(changed) }));
      await this.snapshots.publish(changed);
      return changed;
    }
    throw tokenBeingChanged(tokenId);
  }
}

/** Throws VERSION_CONFLICT for a token at another version. */
function requireVersion(ifVersion: number | undefined): (token: TokenRecord) => void {
  return ({ _id, revision }) => {
    if (ifVersion !== undefined && ifVersion !== revision) throw tokenConflict(_id, ifVersion, revision);
  };
}

function futureDate(text: string | null | undefined): Date | null {
  if (text === null || text === undefined) return null;
  const date = new Date(text);
  if (date.getTime() <= Date.now()) throw expiryInThePast(text);
  return date;
}
