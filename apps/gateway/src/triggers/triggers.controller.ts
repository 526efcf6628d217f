import { Controller, Inject } from '@nestjs/common';
import {
  DescribeSchedules,
  GetMailboxHealth,
  ListLastWebhookCalls,
  ListTriggers,
  triggerEndpoints,
  type StoredTrigger,
  type TriggerList,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { hasNextRun } from '@millrace/schema';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { triggerOf, type TriggerStates } from './trigger-states.js';

/** Who asks. */
interface Asked {
  readonly organisationId: string;
  readonly requestId: string;
}

/** Lists triggers of all types: `definitions` has them, and the services that listen say how they do. */
@Controller()
export class TriggersController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  @Endpoint(triggerEndpoints.list)
  async list({ caller, query, requestId }: Call<typeof triggerEndpoints.list>): Promise<TriggerList> {
    const { organisationId } = caller;
    const { limit, starting_after } = query;
    const question = {
      organisation_id: organisationId,
      limit,
      ...(starting_after === undefined ? {} : { starting_after }),
    };
    const { triggers, ...page } = await this.bus.request(ListTriggers, question, { requestId });
    const states = await this.#statesOf(triggers, { organisationId, requestId });
    return { triggers: triggers.map((trigger) => triggerOf(trigger, states)), ...page };
  }

  async #statesOf(triggers: readonly StoredTrigger[], asked: Asked): Promise<TriggerStates> {
    const [schedules, calls, health] = await Promise.all([
      this.#schedules(distinct(triggers.filter(({ type }) => hasNextRun(type)).map((one) => one.workflow_id)), asked),
      this.#calls(distinct(triggers.flatMap(({ webhook }) => webhook?.id ?? [])), asked),
      this.#health(distinct(triggers.flatMap(({ email }) => email?.mailbox_ids ?? [])), asked),
    ]);
    return { schedules, calls, health };
  }

  async #schedules(workflow_ids: string[], asked: Asked): Promise<TriggerStates['schedules']> {
    if (workflow_ids.length === 0) return new Map();
    const question = { organisation_id: asked.organisationId, workflow_ids };
    const answer = await this.#ifItResponds(this.bus.request(DescribeSchedules, question, asked), asked);
    return answer && new Map(answer.schedules.map((schedule) => [schedule.id, schedule]));
  }

  async #calls(webhook_ids: string[], asked: Asked): Promise<TriggerStates['calls']> {
    if (webhook_ids.length === 0) return { last: {} };
    const question = { organisation_id: asked.organisationId, webhook_ids };
    return this.#ifItResponds(this.bus.request(ListLastWebhookCalls, question, asked), asked);
  }

  async #health(mailbox_ids: string[], asked: Asked): Promise<TriggerStates['health']> {
    if (mailbox_ids.length === 0) return {};
    const question = { organisation_id: asked.organisationId, mailbox_ids };
    return (await this.#ifItResponds(this.bus.request(GetMailboxHealth, question, asked), asked))?.health ?? null;
  }

  #ifItResponds<Answer>(answer: Promise<Answer>, { requestId }: Asked): Promise<Answer | null> {
    return answer.catch((error: unknown) => {
      this.logger.warn({ err: error, requestId }, 'Whether triggers are listening is not known');
      return null;
    });
  }
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
