import { Controller } from '@nestjs/common';
import {
  DeleteAiProvider,
  GetAiProvider,
  ListAiProviders,
  PutAiProvider,
  type AiProviderList,
  type AiProviderResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { AiProvidersService } from './ai-providers.service.js';

/** The questions about providers of models that other services ask. */
@Controller()
export class AiProvidersController {
  constructor(private readonly providers: AiProvidersService) {}

  @OnRequest(ListAiProviders)
  list(question: z.output<typeof ListAiProviders.question>): Promise<AiProviderList> {
    return this.providers.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(GetAiProvider)
  get({ organisation_id, name }: z.output<typeof GetAiProvider.question>): Promise<AiProviderResource> {
    return this.providers.get(organisation_id, name);
  }

  @OnRequest(PutAiProvider)
  put(question: z.output<typeof PutAiProvider.question>): Promise<AiProviderResource> {
    return this.providers.put(question.organisation_id, question);
  }

  @OnRequest(DeleteAiProvider)
  delete({
    organisation_id,
    name,
    if_version,
  }: z.output<typeof DeleteAiProvider.question>): Promise<z.output<typeof DeleteAiProvider.answer>> {
    return this.providers.delete(organisation_id, name, if_version);
  }
}
