import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type BootstrapToken, type DefinitionsConfig } from '../config.js';
import { OrganisationsRepository } from '../organisations/organisations.repository.js';
import { tokenHash } from '../tokens/token-hash.js';
import { TokensRepository } from '../tokens/tokens.repository.js';

const TOKEN_NAME = 'Bootstrap';

/** Makes the organisations and tokens that the settings name. May be run any number of times. */
@Injectable()
export class Bootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly organisations: OrganisationsRepository,
    private readonly tokens: TokensRepository,
  ) {}

  /** Stores them; their snapshots are then due and published by whoever sweeps next. Throws SERVICE_UNAVAILABLE. */
  async run(): Promise<void> {
    for (const entry of this.entries()) {
      const hash = tokenHash(entry.token);
      const owner = { organisation_id: entry.organisation_id, name: TOKEN_NAME };
      await this.organisations.ensure(entry.organisation_id, entry.name);
      await this.tokens.ensureBootstrap({ ...owner, token_hash: hash, scopes: entry.scopes });
    }
    for (const [organisationId, hashes] of this.hashesByOrganisation()) {
      await this.tokens.revokeFormerBootstrap(organisationId, hashes);
    }
  }

  private entries(): BootstrapToken[] {
    const { MILLRACE_DEV_TOKEN: token, MILLRACE_BOOTSTRAP_TOKENS: others } = this.config;
    if (token === undefined) return others;
    return [{ organisation_id: 'org_dev', name: 'Development', token, scopes: ['*'] }, ...others];
  }

  private hashesByOrganisation(): Map<string, string[]> {
    const hashes = new Map<string, string[]>();
    for (const { organisation_id, token } of this.entries()) {
      hashes.set(organisation_id, [...(hashes.get(organisation_id) ?? []), tokenHash(token)]);
    }
    return hashes;
  }
}
