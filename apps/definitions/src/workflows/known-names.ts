import { Injectable } from '@nestjs/common';
import type { ValidationContext } from '@millrace/schema';
import { workflowEnv } from '@millrace/service-kit/config';
import {
  MailboxesRepository,
  MailSendersRepository,
  SecretsRepository,
  VariablesRepository,
} from '../settings/settings.repository.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** Names that a document may read beside its own, for the warnings of a save. */
export type KnownNames = Required<
  Pick<ValidationContext, 'secrets' | 'variables' | 'env' | 'mailboxes' | 'senders' | 'tools'>
>;

/** Knows what an organisation's documents may read. */
@Injectable()
export class KnownNamesReader {
  constructor(
    private readonly secrets: SecretsRepository,
    private readonly variables: VariablesRepository,
    private readonly mailboxes: MailboxesRepository,
    private readonly senders: MailSendersRepository,
    private readonly workflows: WorkflowsRepository,
  ) {}

  /** Throws SERVICE_UNAVAILABLE. */
  async of(organisationId: string): Promise<KnownNames> {
    const [secrets, variables, mailboxes, senders, tools] = await Promise.all([
      this.secrets.names(organisationId),
      this.variables.names(organisationId),
      this.mailboxes.addresses(organisationId),
      this.senders.names(organisationId),
      this.workflows.tools(organisationId),
    ]);
    return { secrets, variables, mailboxes, senders, tools, env: Object.keys(workflowEnv()) };
  }
}
