import { Controller } from '@nestjs/common';
import {
  DeleteSecret,
  DeleteVariable,
  ListSecrets,
  ListVariables,
  PutSecret,
  PutVariable,
  RecordSecretUses,
  type SecretList,
  type SecretResource,
  type VariableList,
  type VariableResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { SecretsService } from './secrets.service.js';
import { VariablesService } from './variables.service.js';

type Deleted = z.output<typeof DeleteSecret.answer>;

/** The questions about secrets and variables that other services ask. */
@Controller()
export class SettingsController {
  constructor(
    private readonly secrets: SecretsService,
    private readonly variables: VariablesService,
  ) {}

  @OnRequest(ListSecrets)
  listSecrets(question: z.output<typeof ListSecrets.question>): Promise<SecretList> {
    return this.secrets.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(PutSecret)
  putSecret(question: z.output<typeof PutSecret.question>): Promise<SecretResource> {
    return this.secrets.put(question.organisation_id, question);
  }

  @OnRequest(DeleteSecret)
  deleteSecret(question: z.output<typeof DeleteSecret.question>): Promise<Deleted> {
    return this.secrets.delete(question.organisation_id, question.name, question.if_version);
  }

  @OnRequest(RecordSecretUses)
  async recordSecretUses({ uses }: z.output<typeof RecordSecretUses.question>): Promise<{ recorded: number }> {
    await this.secrets.recordUses(uses.map((use) => ({ ...use, used_at: new Date(use.used_at) })));
    return { recorded: uses.length };
  }

  @OnRequest(ListVariables)
  listVariables(question: z.output<typeof ListVariables.question>): Promise<VariableList> {
    return this.variables.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(PutVariable)
  putVariable(question: z.output<typeof PutVariable.question>): Promise<VariableResource> {
    return this.variables.put(question.organisation_id, question);
  }

  @OnRequest(DeleteVariable)
  deleteVariable(question: z.output<typeof DeleteVariable.question>): Promise<Deleted> {
    return this.variables.delete(question.organisation_id, question.name, question.if_version);
  }
}
