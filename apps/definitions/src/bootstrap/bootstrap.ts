import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type BootstrapToken, type DefinitionsConfig } from '../config.js';
import { OrganisationsRepository } from '../organisations/organisations.repository.js';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { TokensRepository } from '../tokens/tokens.repository.js';

const TOKEN_NAME = 'Bootstrap';

/** Makes the organisations and tokens that the settings name, and revokes the tokens that they once named. May be run any number of times. */
@Injectable()
export class Bootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly organisations: OrganisationsRepository,
    private readonly tokens: TokensRepository,
  ) {}

  /** Stores them; their snapshots are then due and published by the next sweep. Throws SERVICE_UNAVAILABLE. */
  async run(): Promise<void> {
    const hashes: string[] = [];
    for (const { organisation_id, name, token, scopes } of this.entries()) {
      const token_hash = tokenHash(token);
      hashes.push(token_hash);
      await this.organisations.ensure(organisation_id, name);
      await this.tokens.ensureBootstrap({ organisation_id, name: TOKEN_NAME, token_hash, scopes });
    }
    await this.tokens.revokeFormerBootstrap(hashes);
  }

  private entries(): BootstrapToken[] {
    const { MILLRACE_DEV_TOKEN: token, MILLRACE_BOOTSTRAP_TOKENS: others } = this.config;
    if (token === undefined) return others;
    return [{ organisation_id: 'org_dev', name: 'Development', token, scopes: ['*'] }, ...others];
  }
}
