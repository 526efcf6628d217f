import { Injectable } from '@nestjs/common';
import { OrganisationsRepository } from '../organisations/organisations.repository.js';
import { SecretsRepository, VariablesRepository } from '../settings/settings.repository.js';
import { TokensRepository } from '../tokens/tokens.repository.js';
import { WebhookEndpointsRepository } from '../webhook-endpoints/webhook-endpoints.repository.js';
import { WorkflowVersionsRepository } from '../workflows/workflow-versions.repository.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { Database } from '@millrace/service-kit/mongo';

/** All collections of this service. */
@Injectable()
export class Collections {
  constructor(
    private readonly database: Database,
    private readonly organisations: OrganisationsRepository,
    private readonly tokens: TokensRepository,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly versions: WorkflowVersionsRepository,
    private readonly workflows: WorkflowsRepository,
    private readonly secrets: SecretsRepository,
    private readonly variables: VariablesRepository,
  ) {}

  /** Creates the indexes that the schemas declare, where they are missing. Throws SERVICE_UNAVAILABLE. */
  async prepare(): Promise<void> {
    const { organisations, tokens, endpoints, versions, workflows, secrets, variables } = this;
    for (const { model } of [organisations, tokens, endpoints, versions, workflows, secrets, variables]) {
      // Building an index on a full collection may take long, so there is no time limit; the connection must stand.
      await this.database.run(async () => undefined);
      await model.createIndexes();
    }
  }
}
