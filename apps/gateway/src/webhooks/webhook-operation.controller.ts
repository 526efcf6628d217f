import { Controller, Inject } from '@nestjs/common';
import {
  ListWebhookCalls,
  ListWebhooks,
  RotateWebhookSecret,
  RotateWebhookUrl,
  TestWebhook,
  webhookEndpoints,
  type ExecutionAccepted,
  type Webhook,
  type WebhookCallList,
  type WebhookList,
  type WebhookSecret,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

const { calls, test, listOfWorkflow, rotateSecret, rotateUrl } = webhookEndpoints;
const DAY_SECONDS = 24 * 60 * 60;

/** Passes calls of owners of webhooks on to `definitions`, which has the addresses, and `webhook-dispatcher`, which takes their calls. */
@Controller()
export class WebhookOperationController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(calls)
  calls({ caller, params, query, requestId }: Call<typeof calls>): Promise<WebhookCallList> {
    const question = { organisation_id: caller.organisationId, ...params, ...query };
    return this.bus.request(ListWebhookCalls, question, { requestId });
  }

  @Endpoint(test)
  test({ caller, params, body, requestId, asking }: Call<typeof test>): Promise<ExecutionAccepted> {
    const { headers, query } = body;
    // Without a body the query is the input.
    const content = body.body === undefined && query !== undefined ? '' : stringifyJson(body.body ?? { test: true });
    const question = {
      organisation_id: caller.organisationId,
      ...params,
      body: content,
      ...(headers && { headers }),
      ...(query && { query }),
      received_at: new Date().toISOString(),
      request_id: requestId,
    };
    return this.bus.request(TestWebhook, question, asking);
  }

  @Endpoint(listOfWorkflow)
  listOfWorkflow({ caller, params, requestId }: Call<typeof listOfWorkflow>): Promise<WebhookList> {
    return this.bus.request(ListWebhooks, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(rotateUrl)
  rotateUrl({ caller, params, body, asking }: Call<typeof rotateUrl>): Promise<Webhook> {
    const grace_seconds = body.grace_seconds ?? DAY_SECONDS;
    const question = { organisation_id: caller.organisationId, ...params, grace_seconds };
    return this.bus.request(RotateWebhookUrl, question, asking);
  }

  @Endpoint(rotateSecret)
  rotateSecret({ caller, params, body, asking }: Call<typeof rotateSecret>): Promise<WebhookSecret> {
    const { secret, grace_seconds = DAY_SECONDS } = body;
    const question = { organisation_id: caller.organisationId, ...params, secret, grace_seconds };
    return this.bus.request(RotateWebhookSecret, question, asking);
  }
}
