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
import { sampleHeaders } from './sample-signatures.js';
import type { Headers } from './signature-schemes.js';
import { FixedTexts } from './fixed-texts.js';

/** Makes calls as senders would: with the headers and the signature that a trigger requires, on the way of all others. */
@Injectable()
export class SampleCalls {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly secrets: SecretReader,
    private readonly calls: RecordedCalls,
  ) {}

  /** Throws WEBHOOK_NOT_FOUND, also for an address of another organisation, INVALID_INPUT for a sample that gets a response and starts nothing, and what the call ends with. */
  async send(question: z.output<typeof TestWebhook.question>): Promise<ExecutionAccepted> {
    const { organisation_id, webhook_id, body: text, received_at, request_id } = question;
    const webhook = await ownSnapshot(this.bus.snapshots, WebhookSnapshot, { webhook_id }, organisation_id);
    if (webhook === null) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id } });
    const body = Buffer.from(text);
    const { execution_id, status, started_at, workflow_id, response } = await this.calls.receive({
      webhook_id,
      method: webhook.method,
      headers: await this.#headers(webhook, body, received_at),
      query: {},
      body_base64: body.toString('base64'),
      received_at,
      ...(request_id === undefined ? {} : { request_id }),
    });
    if (response !== undefined) throw startsNothing();
    return { id: execution_id, execution_id, status, started_at, workflow_id };
  }

  /** What cannot be worked out is left out: then the call is refused, and says why. */
  async #headers(
    { organisation_id, required_headers = {}, signature }: WebhookSnapshotValue,
    body: Buffer,
    receivedAt: string,
  ): Promise<Headers> {
    const entries = Object.entries(required_headers);
    const templates = [...entries.map(([, template]) => template), ...(signature ? [signature.secret] : [])];
    const { texts } = await FixedTexts.open(templates, (names) => this.secrets.read(organisation_id, names));
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    for (const [index, [name]] of entries.entries()) {
      const value = texts[index] ?? null;
      if (value !== null) headers[name.toLowerCase()] = value;
    }
    const secret = signature && texts[entries.length];
    if (!signature || !secret) return headers;
    const seconds = Math.floor(Date.parse(receivedAt) / 1_000);
    return { ...headers, ...sampleHeaders(signature, { body, secret, seconds, id: idOfWrite('message') }) };
  }
}

function startsNothing(): AppError {
  const message =
    'is the handshake by which a sender verifies the address: it got its response, and starts no execution';
  return new AppError('INVALID_INPUT', {
    message: `The sample ${message}`,
    details: { issues: [{ path: 'body', message }] },
  });
}
