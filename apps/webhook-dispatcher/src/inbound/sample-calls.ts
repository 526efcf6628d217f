import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  WebhookSnapshot,
  type ExecutionAccepted,
  type TestWebhook,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { idOfWrite } from '@millrace/service-kit/keyed-write';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import { SecretReader } from '@millrace/service-kit/sealing';
import type { z } from 'zod';
import { RecordedCalls } from './recorded-calls.js';
import { givenHeaders, headersOfSample } from './sample-headers.js';
import { explained, secretsAmiss } from './trigger-secrets.js';

/** Makes calls as senders would: with the headers and the signature that a trigger requires, on the way of all others. */
@Injectable()
export class SampleCalls {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly secrets: SecretReader,
    private readonly calls: RecordedCalls,
  ) {}

  /** Throws WEBHOOK_NOT_FOUND, also for an address of another organisation, INVALID_INPUT for a header that cannot be given and for a sample that gets a response and starts nothing, and what the call ends with. */
  async send(question: z.output<typeof TestWebhook.question>): Promise<ExecutionAccepted> {
    const { organisation_id, webhook_id, body: text, received_at, request_id, query = {} } = question;
    const webhook = await ownSnapshot(this.bus.snapshots, WebhookSnapshot, { webhook_id }, organisation_id);
    if (webhook === null) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id } });
    const body = Buffer.from(text);
    const sample = { body, receivedAt: received_at, id: idOfWrite('message') };
    const made = await headersOfSample(byItsSecret(webhook), sample, this.secrets);
    const call = {
      webhook_id,
      method: webhook.method,
      headers: { ...givenHeaders(question.headers ?? {}, made), ...made },
      query,
      body_base64: body.toString('base64'),
      received_at,
      ...(request_id === undefined ? {} : { request_id }),
    };
    const { execution_id, status, started_at, workflow_id, response } = await this.calls
      .receive(call, { isSample: true })
      .catch(async (error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'UNAUTHORIZED') throw error;
        throw explained(error, await secretsAmiss(webhook, this.secrets));
      });
    if (response !== undefined) throw startsNothing();
    return { id: execution_id, execution_id, status, started_at, workflow_id };
  }
}

/** Signed by the `secret` alone: a sample that passes by the former one would hide that no other call will, once the sender has changed. */
function byItsSecret({ signature, ...webhook }: WebhookSnapshotValue): WebhookSnapshotValue {
  if (signature === undefined) return webhook;
  const { previous_secret: _former, ...own } = signature;
  return { ...webhook, signature: own };
}

function startsNothing(): AppError {
  const message =
    'is the handshake by which a sender verifies the address: it got its response, and starts no execution';
  return new AppError('INVALID_INPUT', {
    message: `The sample ${message}`,
    details: { issues: [{ path: 'body', message }] },
  });
}
