import { Controller, Inject } from '@nestjs/common';
import { GetCapabilities, LIMITS, type CheckedNames } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { workflowEnv } from '@millrace/service-kit/config';
import type { z } from 'zod';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { MailSendersRepository, SecretsRepository, VariablesRepository } from '../settings/settings.repository.js';
import { INSTALLATION } from '../workflows/installation.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';

/** Says what the checks of this service check workflows against. */
@Controller()
export class CapabilitiesController {
  constructor(
    @Inject(CONFIG)
    private readonly config: Pick<DefinitionsConfig, 'MILLRACE_PUBLIC_URL' | 'MILLRACE_WORKFLOWS_PER_ORGANISATION'>,
    private readonly secrets: SecretsRepository,
    private readonly variables: VariablesRepository,
    private readonly senders: MailSendersRepository,
    private readonly workflows: WorkflowsRepository,
  ) {}

  @OnRequest(GetCapabilities)
  async get({ organisation_id }: z.output<typeof GetCapabilities.question>): Promise<CheckedNames> {
    const { stepTypes, triggerTypes, settings, ignoredStepFields } = INSTALLATION;
    const [secrets, variables, senders, workflows] = await Promise.all([
      this.secrets.names(organisation_id),
      this.variables.names(organisation_id),
      this.senders.names(organisation_id),
      this.workflows.newest(organisation_id, LIMITS.capabilitiesWorkflows),
    ]);
    return {
      step_types: [...(stepTypes ?? [])],
      trigger_types: [...(triggerTypes ?? [])],
      settings: [...(settings ?? [])],
      ignored_step_fields: [...(ignoredStepFields ?? [])],
      secrets,
      variables,
      env: Object.keys(workflowEnv()),
      mail_senders: senders,
      workflows: workflows.map(({ _id: id, name }) => ({ id, name })),
      limits: {
        workflows: this.config.MILLRACE_WORKFLOWS_PER_ORGANISATION,
        workflow_document_bytes: LIMITS.workflowBodyBytes,
        input_bytes: LIMITS.apiBodyBytes,
        step_output_bytes: LIMITS.stepOutputBytes,
        execution_bytes: LIMITS.executionBytes,
      },
      public_url: this.config.MILLRACE_PUBLIC_URL,
    };
  }
}
