import { Injectable } from '@nestjs/common';
import {
  type CreditChange,
  type Credits,
  type OrganisationList,
  type OrganisationPatch,
  type OrganisationRequest,
  type OrganisationResource,
  type TokenCreated,
  type TokenRequest,
} from '@millrace/contracts';
import { idOfWrite, keyedWrite } from '@millrace/service-kit/keyed-write';
import { noteChange } from '../audit/noted-change.js';
import { organisationState } from '../audit/resource-state.js';
import { CreditsService } from '../credits/credits.service.js';
import { hasMade } from '../persistence/noted-writes.js';
import { OrganisationSnapshots } from '../snapshots/organisation-snapshots.js';
import { TokensRepository } from '../tokens/tokens.repository.js';
import { TokensService } from '../tokens/tokens.service.js';
import { DEFAULT_LIMITS, newOrganisation, type OrganisationRecord } from './organisation.schema.js';
import {
  organisationBeingChanged,
  organisationConflict,
  organisationFromSettings,
  organisationNotFound,
  organisationNotSuspended,
} from './organisations.errors.js';
import { OrganisationsRepository, type OrganisationChanges } from './organisations.repository.js';
import { organisationResource } from './resource.js';

/** How often a change is begun again because others were quicker. */
const ATTEMPTS = 5;

/** Organisations, for the operator. Every method throws SERVICE_UNAVAILABLE while the database or NATS is away. */
@Injectable()
export class OrganisationsService {
  constructor(
    private readonly organisations: OrganisationsRepository,
    private readonly snapshots: OrganisationSnapshots,
    private readonly tokens: TokensRepository,
    private readonly tokensService: TokensService,
    private readonly credits: CreditsService,
  ) {}

  /** A page by id. */
  async list(page: { limit: number; starting_after?: string | undefined }): Promise<OrganisationList> {
    // One more than asked for says whether there is a next page.
    const found = await this.organisations.list(page.limit + 1, page.starting_after);
    const organisations = await Promise.all(found.slice(0, page.limit).map((one) => this.#resource(one)));
    const has_more = found.length > page.limit;
    return { organisations, next_cursor: has_more ? (organisations.at(-1)?.id ?? null) : null, has_more };
  }

  /** Makes an organisation without tokens. */
  async create({
    name,
    limits,
    credits = null,
    suspended = false,
  }: OrganisationRequest): Promise<OrganisationResource> {
    const id = idOfWrite('organisation');
    const made = keyedWrite() && (await this.organisations.find(id));
    if (made) {
      await this.snapshots.publish(id);
      return this.#resource(made);
    }
    const record: OrganisationRecord = {
      _id: id,
      ...newOrganisation(name),
      limits: { ...DEFAULT_LIMITS, ...limits },
      limited_credits: credits !== null,
      suspended,
      workflow_bytes: 0,
    };
    // First: from when it is known on, it has its balance.
    if (credits !== null) await this.credits.set(record._id, credits);
    await this.organisations.insert(record);
    noteChange(() => ({ before: null, after: organisationState(record) }));
    await this.snapshots.publish(record._id);
    return this.#resource(record);
  }

  /** Throws ORGANISATION_NOT_FOUND. */
  async get(id: string): Promise<OrganisationResource> {
    return this.#resource(await this.#found(id));
  }

  /**
   * Writes all that is asked for at once or, where it throws, nothing: the balance, which is kept elsewhere, follows what was written. Throws ORGANISATION_NOT_FOUND, and
   * VERSION_CONFLICT when `ifVersion` is not the present version.
   */
  async update(id: string, patch: OrganisationPatch, ifVersion: number | undefined): Promise<OrganisationResource> {
    const { name, suspended, credits } = patch;
    const changed = await this.#change(id, (record) => {
      requireVersion(record, ifVersion);
      return {
        ...(name === undefined ? {} : { name }),
        ...(suspended === undefined ? {} : { suspended }),
        ...(credits === undefined ? {} : balanceDue(record, credits)),
        limits: { ...record.limits, ...patch.limits },
      };
    });
    return this.#resource(changed);
  }

  /**
   * Deletes a suspended organisation: when this returns its tokens are revoked and its workflows deleted. Throws
   * ORGANISATION_NOT_FOUND, also the second time, ORGANISATION_NOT_SUSPENDED, TOKEN_FROM_SETTINGS, VERSION_CONFLICT.
   */
  async delete(id: string, ifVersion?: number): Promise<void> {
    await this.#change(id, async (record) => {
      requireVersion(record, ifVersion);
      if (!record.suspended) throw organisationNotSuspended(id);
      if (await this.tokens.hasBootstrap(id)) throw organisationFromSettings(id);
      return { deleted_at: new Date() };
    });
  }

  /** Makes a token of any scopes. Throws ORGANISATION_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED. */
  async createToken(id: string, request: TokenRequest): Promise<TokenCreated> {
    await this.#found(id);
    return this.tokensService.create(id, { scopes: ['*'], expiresAt: null }, request);
  }

  /** Adds to the balance, once for each `request` that is named. Throws ORGANISATION_NOT_FOUND, CREDITS_UNLIMITED. */
  async addCredits(id: string, change: CreditChange, request?: string): Promise<Credits> {
    const { due_credits } = await this.#found(id);
    // Who set a balance before would otherwise take away what is added now.
    if (due_credits) await this.snapshots.publish(id);
    return this.credits.add(id, change, request);
  }

  async #resource(record: OrganisationRecord): Promise<OrganisationResource> {
    const balance = record.limited_credits ? await this.credits.balanceOf(record._id) : null;
    return organisationResource(record, balance);
  }

  async #found(id: string): Promise<OrganisationRecord> {
    const record = await this.organisations.find(id);
    if (!record) throw organisationNotFound(id);
    return record;
  }

  async #change(
    id: string,
    changesOf: (record: OrganisationRecord) => OrganisationChanges | Promise<OrganisationChanges>,
  ): Promise<OrganisationRecord> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const record = await this.#found(id);
      if (hasMade(record)) {
        await this.snapshots.publish(id);
        return record;
      }
      const changed = await this.organisations.change(record, await changesOf(record));
      if (!changed) continue;
      noteChange(() => ({ before: organisationState(record), after: organisationState(changed) }));
      await this.snapshots.publish(id);
      return changed;
    }
    throw organisationBeingChanged(id);
  }
}

function balanceDue({ revision }: OrganisationRecord, balance: number | null): OrganisationChanges {
  return { limited_credits: balance !== null, due_credits: { balance, revision: revision + 1 } };
}

function requireVersion({ _id, revision }: OrganisationRecord, ifVersion: number | undefined): void {
  if (ifVersion !== undefined && ifVersion !== revision) throw organisationConflict(_id, ifVersion, revision);
}
