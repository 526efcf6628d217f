import { Injectable } from '@nestjs/common';
import { MailboxesService } from '../mailboxes/mailboxes.service.js';
import { SecretsService } from './secrets.service.js';

/** Wraps everything that organisations have sealed by the current master key. */
@Injectable()
export class Rewrapper {
  constructor(
    private readonly secrets: SecretsService,
    private readonly mailboxes: MailboxesService,
  ) {}

  /** Returns how many organisations had something that another key wrapped. Throws SERVICE_UNAVAILABLE. */
  async rewrap(stopping: AbortSignal): Promise<number> {
    return (await this.secrets.rewrap(stopping)) + (await this.mailboxes.rewrap(stopping));
  }
}
