import { Controller, Inject } from '@nestjs/common';
import { ListAiModels, TestAiProvider, type AiModelList, type AiProviderTest } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { DEFAULT_PRICE, type DefaultPrice } from './credits/prices.js';
import { modelList } from './model-list.js';
import { OrganisationProviders } from './organisation-providers.js';
import { ProviderTest } from './provider-test.js';

/** The questions about models that only who asks them can answer. */
@Controller()
export class AiController {
  constructor(
    private readonly providers: OrganisationProviders,
    private readonly test: ProviderTest,
    @Inject(DEFAULT_PRICE) private readonly byDefault: DefaultPrice,
  ) {}

  @OnRequest(ListAiModels)
  async models({
    organisation_id,
    limit,
    starting_after: after,
  }: z.output<typeof ListAiModels.question>): Promise<AiModelList> {
    const models = modelList(await this.providers.of(organisation_id), this.byDefault);
    const rest = models.filter(({ name }) => after === undefined || name > after);
    const page = rest.slice(0, limit);
    const has_more = rest.length > limit;
    return { models: page, next_cursor: has_more ? (page.at(-1)?.name ?? null) : null, has_more };
  }

  @OnRequest(TestAiProvider)
  run({ organisation_id, name, model }: z.output<typeof TestAiProvider.question>): Promise<AiProviderTest> {
    return this.test.run({ organisationId: organisation_id, name, model });
  }
}
