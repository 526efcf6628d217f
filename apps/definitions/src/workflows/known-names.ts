import { Injectable } from '@nestjs/common';
import { namedIn, type ValidationContext } from '@millrace/schema';
import { workflowEnv } from '@millrace/service-kit/config';
import {
  MailboxesRepository,
  MailSendersRepository,
  SecretsRepository,
  VariablesRepository,
} from '../settings/settings.repository.js';
import { CodeSyntax } from './code-syntax.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** Names that a document may read beside its own, and what is wrong with its code, for the problems that a save reports. */
export type KnownNames = Required<
  Pick<ValidationContext, 'secrets' | 'variables' | 'env' | 'mailboxes' | 'senders' | 'tools' | 'codeProblems'>
> &
  // Absent when the document names more than are looked up.
  Pick<ValidationContext, 'workflows'>;

/** Knows what an organisation's document may read. */
@Injectable()
export class KnownNamesReader {
  constructor(
    private readonly secrets: SecretsRepository,
    private readonly variables: VariablesRepository,
    private readonly mailboxes: MailboxesRepository,
    private readonly senders: MailSendersRepository,
    private readonly workflows: WorkflowsRepository,
    private readonly code: CodeSyntax,
  ) {}

  /** Throws SERVICE_UNAVAILABLE. */
  async of(organisationId: string, document: unknown): Promise<KnownNames> {
    const named = namedIn(document);
    const [secrets, variables, mailboxes, senders, tools, workflows, codeProblems] = await Promise.all([
      this.secrets.names(organisationId),
      this.variables.names(organisationId),
      this.mailboxes.addresses(organisationId),
      this.senders.names(organisationId),
      this.workflows.tools(organisationId),
      named.workflows && this.workflows.existing(organisationId, named.workflows),
      this.code.problemsOf(organisationId, named.sources),
    ]);
    const names = { secrets, variables, mailboxes, senders, tools, codeProblems, env: Object.keys(workflowEnv()) };
    return workflows === null ? names : { ...names, workflows };
  }
}
