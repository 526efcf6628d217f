import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_REPOSITORIES, type SettingsRepository } from '../settings/settings.repository.js';
import { TokenSnapshots } from '../snapshots/token-snapshots.js';
import { TokensRepository } from '../tokens/tokens.repository.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';

/** What a deleted organisation leaves behind, and how it goes. */
@Injectable()
export class OrganisationRemains {
  constructor(
    private readonly tokens: TokensRepository,
    private readonly tokenSnapshots: TokenSnapshots,
    private readonly workflows: WorkflowsRepository,
    @Inject(SETTINGS_REPOSITORIES) private readonly settings: readonly SettingsRepository[],
  ) {}

  /**
   * Revokes its tokens at once, erases its settings of all kinds, and deletes its workflows, whose snapshots the sweeper then takes
   * back. May be done any number of times. Throws SERVICE_UNAVAILABLE.
   */
  async withdraw(organisationId: string): Promise<void> {
    await this.tokens.revokeAll(organisationId);
    for (const token of await this.tokens.findUnpublishedOf(organisationId)) await this.tokenSnapshots.publish(token);
    for (const settings of this.settings) await settings.erase(organisationId);
    await this.workflows.deleteAll(organisationId);
  }
}
