import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CONFIG, type BootstrapToken, type DefinitionsConfig } from '../config.js';
import { CreditsService } from '../credits/credits.service.js';
import { DEFAULT_LIMITS } from '../organisations/organisation.schema.js';
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
    private readonly credits: CreditsService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Stores them; their snapshots are then due and published by the next sweep. Throws SERVICE_UNAVAILABLE. */
  async run(): Promise<void> {
    await this.organisations.completeFormer();
    const hashes: string[] = [];
    for (const { organisation_id, name, token, scopes, limits, credits } of this.#entries()) {
      if (!(await this.organisations.ensure(organisation_id, name))) {
        this.logger.error({ organisationId: organisation_id }, 'The settings name an organisation that was deleted');
        continue;
      }
      if (limits) await this.organisations.setLimits(organisation_id, { ...DEFAULT_LIMITS, ...limits });
      if (credits !== undefined) await this.#firstBalance(organisation_id, credits);
      const token_hash = tokenHash(token);
      hashes.push(token_hash);
      await this.tokens.ensureBootstrap({ organisation_id, name: TOKEN_NAME, token_hash, scopes });
    }
    await this.tokens.revokeFormerBootstrap(hashes);
  }

  /** A later start must not fill up what was spent. */
  async #firstBalance(id: string, credits: number): Promise<void> {
    if (await this.credits.hadBalance(id)) return;
    await this.credits.set(id, credits);
    await this.organisations.limitCredits(id);
  }

  #entries(): BootstrapToken[] {
    const { MILLRACE_DEV_TOKEN: token, MILLRACE_BOOTSTRAP_TOKENS: others } = this.config;
    if (token === undefined) return others;
    return [{ organisation_id: 'org_dev', name: 'Development', token, scopes: ['*'] }, ...others];
  }
}
