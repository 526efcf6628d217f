import { Inject, Injectable } from '@nestjs/common';
import { AppError, WebhookSnapshot, type WebhookSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import { Keyring, SecretReader } from '@millrace/service-kit/sealing';
import { CLOCK, type Clock } from '../outbound/clock.js';
import { requireHeaders } from './required-headers.js';
import { headersOfSample } from './sample-headers.js';
import { headerSecrets, signatureSecrets } from './secret-sources.js';
import { requireSignature } from './signature.js';
import { explained, secretAmiss, secretsAmiss } from './trigger-secrets.js';

/** By the ids of webhooks. */
export interface WebhookReasons {
  readonly refusing: Readonly<Record<string, string>>;
  readonly impaired: Readonly<Record<string, string>>;
}

const BODY = Buffer.from('{}');

/** Knows which addresses refuse every call, whatever it has: their secret is missing, for instance. */
@Injectable()
export class RefusingWebhooks {
  /** One by which no use of a secret is noted: nobody has called. */
  readonly #secrets: SecretReader;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    @Inject(CLOCK) private readonly clock: Clock,
    keyring: Keyring,
  ) {
    this.#secrets = new SecretReader(bus, keyring);
  }

  /**
   * Why they do, by their ids, and why others take no call by their `secret`, only by `previous_secret`; those that take calls, and those of
   * other organisations, are missing. Throws SERVICE_UNAVAILABLE.
   */
  async reasons(organisationId: string, webhookIds: readonly string[]): Promise<WebhookReasons> {
    const reasons = { refusing: {} as Record<string, string>, impaired: {} as Record<string, string> };
    // One after the other: each may take some milliseconds of computing.
    for (const webhook_id of webhookIds) {
      const webhook = await ownSnapshot(this.bus.snapshots, WebhookSnapshot, { webhook_id }, organisationId);
      if (webhook === null) continue;
      const refusing = await this.#reasonOf(webhook);
      if (refusing !== null) reasons.refusing[webhook_id] = refusing;
      const impaired = refusing === null ? await secretAmiss(webhook, this.#secrets) : null;
      if (impaired !== null) reasons.impaired[webhook_id] = impaired;
    }
    return reasons;
  }

  /** What a call gets that has everything the trigger requires, with the names of secrets that are missing. */
  async #reasonOf(webhook: WebhookSnapshotValue): Promise<string | null> {
    const { organisation_id, required_headers = {}, signature } = webhook;
    const receivedAt = new Date(this.clock()).toISOString();
    try {
      const headers = await headersOfSample(webhook, { body: BODY, receivedAt, id: 'msg_sample' }, this.#secrets);
      await requireHeaders(required_headers, headers, headerSecrets(this.#secrets, organisation_id));
      const call = { headers, body: BODY, receivedAt };
      if (signature) await requireSignature(signature, call, signatureSecrets(this.#secrets, organisation_id));
      return null;
    } catch (error) {
      if (error instanceof AppError && !error.entry.retryable)
        return explained(error, await secretsAmiss(webhook, this.#secrets)).message;
      throw error;
    }
  }
}
