import { Injectable } from '@nestjs/common';
import {
  MailboxesRepository,
  MailSendersRepository,
  SecretsRepository,
  VariablesRepository,
} from '../settings/settings.repository.js';
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
    private readonly secrets: SecretsRepository,
    private readonly variables: VariablesRepository,
    private readonly mailboxes: MailboxesRepository,
    private readonly senders: MailSendersRepository,
  ) {}

  /**
   * Revokes its tokens at once, erases its secrets, variables, mailboxes and mail senders, and deletes its workflows, whose snapshots the sweeper then takes
   * back. May be done any number of times. Throws SERVICE_UNAVAILABLE.
   */
  async withdraw(organisationId: string): Promise<void> {
    await this.tokens.revokeAll(organisationId);
    for (const token of await this.tokens.findUnpublishedOf(organisationId)) await this.tokenSnapshots.publish(token);
    await this.secrets.erase(organisationId);
    await this.variables.erase(organisationId);
    await this.mailboxes.erase(organisationId);
    await this.senders.erase(organisationId);
    await this.workflows.deleteAll(organisationId);
  }
}
