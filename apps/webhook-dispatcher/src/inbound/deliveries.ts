import { createHash } from 'node:crypto';
import { AppError, IdempotencyRecord, LIMITS, newId, type WebhookSnapshotValue } from '@millrace/contracts';
import { WrongSequenceError, type Bus } from '@millrace/messaging';
import type { KeyShares } from '@millrace/service-kit/key-shares';
import { idOfWrite } from '@millrace/service-kit/keyed-write';
import type { ChosenStart } from '@millrace/service-kit/start-execution';
import type { Headers } from './signature-schemes.js';
import { rulesOf } from './signature.js';
import { TriggerTexts } from './trigger-texts.js';

/** Headers in which senders name a delivery, whatever its signature. */
const DELIVERY_HEADERS = ['idempotency-key', 'webhook-id', 'x-github-delivery'] as const;

/** A call as far as it may be named by its id. */
export interface NamedCall {
  readonly headers: Headers;
  readonly receivedAt: string;
  /** What the workflow gets of the call. */
  readonly trigger: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  /** Decodes the body; throws what that throws. */
  readonly input: () => unknown;
  /** The id of a new execution; one is made by default. */
  readonly newId?: string | undefined;
}

/** What the start of a call has chosen, and whether an earlier call of the same delivery had. */
export interface ChosenDelivery extends ChosenStart {
  readonly repeated: boolean;
  /** It carries something else than that one did, so that what came of that is not for its caller. Also true of a record of an earlier version, which noted none of it. */
  readonly differs: boolean;
}

/**
 * Recognises calls that repeat an earlier one, as senders repeat what they got no answer to. The id of a delivery has a record with the id of its
 * execution before that is published, in the bucket of the `Idempotency-Key`s, and counts as one of them: docs/adr/0048.
 */
export class Deliveries {
  constructor(
    private readonly bus: Pick<Bus, 'records'>,
    private readonly shares: Pick<KeyShares, 'take'>,
  ) {}

  /**
   * The execution of a call: the one that is recorded for its delivery, or a new one. Throws INVALID_INPUT for an id that is too long or cannot be worked out,
   * IDEMPOTENCY_KEYS_EXHAUSTED, STORAGE_FULL, SERVICE_UNAVAILABLE, and what `input` throws.
   */
  async choose(webhook: WebhookSnapshotValue, call: NamedCall): Promise<ChosenDelivery> {
    const name = await deliveryOf(webhook, call);
    if (name === undefined)
      return { id: call.newId ?? idOfWrite('execution'), acceptedAt: call.receivedAt, repeated: false, differs: false };
    const address = {
      owner: webhook.organisation_id,
      name: hashed([webhook.webhook_id, ...name, ...signedBody(webhook, call)]),
    };
    const fingerprint = fingerprintOf(call);
    const known = await this.#recorded(address, fingerprint);
    if (known !== null) return known;
    await this.shares.take(webhook.organisation_id);
    const record = {
      fingerprint,
      created_at: call.receivedAt,
      execution_id: call.newId ?? newId('execution'),
    };
    try {
      await this.bus.records.write(IdempotencyRecord, address, record, 0);
      return { id: record.execution_id, acceptedAt: record.created_at, repeated: false, differs: false };
    } catch (error) {
      if (!(error instanceof WrongSequenceError)) throw error;
    }
    // A twin was faster, so there is a record now.
    return (await this.#recorded(address, fingerprint)) ?? this.choose(webhook, call);
  }

  async #recorded(address: { owner: string; name: string }, fingerprint: string): Promise<ChosenDelivery | null> {
    const recorded = await this.bus.records.read(IdempotencyRecord, address);
    if (recorded?.value.execution_id === undefined) return null;
    const { execution_id: id, created_at: acceptedAt } = recorded.value;
    return { id, acceptedAt, repeated: true, differs: recorded.value.fingerprint !== fingerprint };
  }
}

/** Whether a call can be named at all, so that most calls cost nothing here. */
export function isNamed(webhook: WebhookSnapshotValue, headers: Headers): boolean {
  if (webhook.dedupe_key === null) return false;
  if (webhook.dedupe_key !== undefined) return true;
  if (webhook.signature && rulesOf(webhook.signature)?.deliveryId !== undefined) return true;
  return DELIVERY_HEADERS.some((name) => headers[name] !== undefined);
}

/** What names the delivery, with where that is from: two senders may choose the same id. Undefined when nothing does. */
async function deliveryOf(webhook: WebhookSnapshotValue, call: NamedCall): Promise<readonly string[] | undefined> {
  const { dedupe_key: template, signature } = webhook;
  if (template === null) return undefined;
  if (template !== undefined) return named('dedupe_key', workedOut(template, call));
  const signed = signature && rulesOf(signature)?.deliveryId?.({ headers: call.headers, input: call.input() });
  if (signed !== undefined) return named('signed', signed);
  const header = DELIVERY_HEADERS.find((name) => call.headers[name] !== undefined);
  return header && named(header, call.headers[header] ?? '');
}

function workedOut(template: string, { input, trigger }: NamedCall): string {
  // A dedupe_key reads no secrets: saving refuses them.
  const text = new TriggerTexts([template]).evaluate(0, { input: input(), trigger });
  if (text !== null) return text;
  throw new AppError('INVALID_INPUT', {
    message: `This webhook tells deliveries apart by its "dedupe_key", which gives no text or number for this call; write a default for what may be missing, as {{input.id ?? ''}}: an empty text stands for none`,
    details: { issues: [{ path: 'dedupe_key', message: 'gives no text or number for this call' }] },
  });
}

function named(from: string, id: string): readonly string[] | undefined {
  if (id === '') return undefined;
  if (id.length <= LIMITS.deliveryIdLength) return [from, id];
  const message = `must have at most ${LIMITS.deliveryIdLength} characters`;
  throw new AppError('INVALID_INPUT', {
    message: `The id of the delivery ${message}`,
    details: { issues: [{ path: from, message }] },
  });
}

/**
 * Where a signature covers the body alone, the id is not signed: whoever has recorded a call could send it under the id of another one, which
 * would be taken for a repetition. So an id is one only together with its body.
 */
function signedBody({ dedupe_key: template, signature }: WebhookSnapshotValue, { body }: NamedCall): readonly string[] {
  if (template !== undefined || signature === undefined || signature.scheme === 'gitlab') return [];
  return rulesOf(signature)?.signedAt === undefined ? [createHash('sha256').update(body).digest('base64url')] : [];
}

/** Of what a call carries. Whoever can name a delivery does not know it by that. */
function fingerprintOf({ trigger, body }: NamedCall): string {
  const head = JSON.stringify([trigger['method'], trigger['query']]);
  return createHash('sha256').update(`${head}\n`).update(body).digest('base64url');
}

function hashed(parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['webhook', ...parts]))
    .digest('base64url');
}
