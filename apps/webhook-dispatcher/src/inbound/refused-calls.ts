import { Inject, Injectable } from '@nestjs/common';
import { type AppError, type WebhookSnapshotValue } from '@millrace/contracts';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK, type Clock } from '../outbound/clock.js';
import { refusalMessage } from './refusal-message.js';
import { RefusalSamples } from './refusal-samples.js';

/** Notifies subscribers of calls that were refused. A sample, and no call waits for it: whoever knows an address can cause as many as he likes. */
@Injectable()
export class RefusedCalls {
  readonly #samples = new RefusalSamples();

  constructor(
    private readonly teller: EventTeller,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Never throws. What is away is no refusal. */
  note({ organisation_id, workflow_id, webhook_id }: WebhookSnapshotValue, error: AppError): void {
    const now = this.clock();
    if (error.code === 'SERVICE_UNAVAILABLE' || !this.#samples.take(organisation_id, webhook_id, error.code, now))
      return;
    const message = refusalMessage(error);
    this.teller
      .tell({
        organisationId: organisation_id,
        type: 'webhook.refused',
        at: new Date(now).toISOString(),
        workflowId: workflow_id,
        source: [webhook_id, error.code],
        data: { webhook_id, workflow_id, status: error.entry.status, code: error.code, message },
      })
      .catch((reason: unknown) => this.logger.warn({ err: reason }, 'Subscribers are not notified of a refused call'));
  }
}
