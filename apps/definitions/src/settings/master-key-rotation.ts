import { Injectable } from '@nestjs/common';
import { Keyring } from '@millrace/service-kit/sealing';
import { AiProvidersService } from '../ai/ai-providers.service.js';
import { EventSubscriptionsService } from '../event-subscriptions/event-subscriptions.service.js';
import { MailboxesService } from '../mailboxes/mailboxes.service.js';
import { MailSendersService } from './mail-senders.service.js';
import { SecretsService } from './secrets.service.js';

/** Brings all that is sealed in the database under the current master key. */
@Injectable()
export class MasterKeyRotation {
  constructor(
    private readonly keyring: Keyring,
    private readonly secrets: SecretsService,
    private readonly senders: MailSendersService,
    private readonly mailboxes: MailboxesService,
    private readonly providers: AiProvidersService,
    private readonly subscriptions: EventSubscriptionsService,
  ) {}

  /**
   * Wraps everything by the current master key that another one wraps, after looking which that is; returns how many collections of
   * organisations had such. Throws SERVICE_UNAVAILABLE, also when a master key is missing from the file.
   */
  async rewrap(stopping: AbortSignal): Promise<number> {
    if (!this.keyring.exists) return 0;
    this.keyring.reload();
    let changed = 0;
    const failures: unknown[] = [];
    // What cannot be wrapped in one of them must not hold up the others: their old key may be deleted soon.
    const kinds = [this.secrets, this.senders, this.mailboxes, this.providers, this.subscriptions];
    for (const settings of kinds)
      await settings
        .rewrap(stopping)
        .then((count) => (changed += count))
        .catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
    return changed;
  }
}
