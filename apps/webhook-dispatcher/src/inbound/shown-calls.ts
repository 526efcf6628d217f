import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  shortened,
  WebhookCallShown,
  type ReceiveWebhook,
  type ShownWebhookCall,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { redacted, redactionBy, TextMask } from '@millrace/service-kit/redaction';
import { SecretReader } from '@millrace/service-kit/sealing';
import type { z } from 'zod';
import { CLOCK, type Clock } from '../outbound/clock.js';
import { contentOf } from './call-content.js';
import { CallListeners, type CallListener } from './call-listeners.js';
import { MissedCalls } from './missed-calls.js';
import { shownBody } from './shown-body.js';
import { rulesOf } from './signature.js';
import { maskedHeaders } from './trigger-headers.js';
import { secretsNamedIn } from './trigger-texts.js';
import { factsOf } from './webhook-body.js';

type WebhookCall = z.output<typeof ReceiveWebhook.question>;
/** A call, or the head of one that was refused before its body was read. */
type ShownParts = Pick<WebhookCall, 'webhook_id' | 'method' | 'headers' | 'request_id'> & Partial<WebhookCall>;

/** What became of a call. */
export type CallOutcome = Pick<ShownWebhookCall, 'verdict' | 'status' | 'code' | 'message' | 'execution_id'>;

/** `isVerified`: it was found to have what its trigger requires, before whatever else became of it. */
export type ShownOutcome = CallOutcome & { readonly isVerified: boolean };

const METHOD_CHARACTERS = 20;
const PROBLEM_CHARACTERS = 500;
/** Refusals of a call that lacks what its trigger requires. */
const LACKING: readonly (string | null)[] = ['UNAUTHORIZED', 'METHOD_NOT_ALLOWED'];
const REFUSED = 'The call lacks what the trigger requires, so its body is not read';
const UNREAD = 'The call was refused before its body was read';
const UNVERIFIED = 'It could not be checked whether the call has what the trigger requires, so its body is not read';
const TOO_LARGE = 'It is too large to be shown';

/** Shows calls to those who listen to their addresses. No call waits for it, or fails with it. */
@Injectable()
export class ShownCalls {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'tell'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
    private readonly listeners: CallListeners,
    private readonly missed: MissedCalls,
    private readonly secrets: SecretReader,
  ) {}

  /** Whether somebody may want to see the calls of an address. */
  areWanted(webhookId: string): boolean {
    return this.listeners.hasOf(webhookId);
  }

  /** Never throws. */
  show(webhook: WebhookSnapshotValue, call: ShownParts, outcome: ShownOutcome): void {
    this.#show(webhook, call, outcome).catch((error: unknown) =>
      this.logger.warn({ err: error, webhook: webhook.webhook_id }, 'A call could not be shown to who listens'),
    );
  }

  async #show(webhook: WebhookSnapshotValue, call: ShownParts, outcome: ShownOutcome): Promise<void> {
    const now = this.clock();
    const isLacking = passedOf(webhook, outcome) === false;
    const taken: { readonly listener: CallListener; readonly missed: number }[] = [];
    for (const listener of this.listeners.of(webhook)) {
      const missed = listener.take(now, isLacking);
      if (missed === null) this.missed.tellSoon(listener);
      else taken.push({ listener, missed });
    }
    if (taken.length === 0) return;
    try {
      const carried = redacted(carriedBy(webhook, call, outcome), redactionBy([await this.#mask(webhook)]));
      const shown = { ...describedCall(webhook, call, outcome, now), ...carried };
      for (let next = taken[0]; next !== undefined; next = taken[0]) {
        await this.bus.tell(WebhookCallShown, { listener_id: next.listener.id, missed: next.missed, call: shown });
        taken.shift();
        // Each is encoded for itself, and calls that are to get a response must not wait for all of them.
        await setImmediate();
      }
    } catch (error) {
      for (const { listener, missed } of taken) {
        listener.miss(missed + 1);
        this.missed.tellSoon(listener);
      }
      throw error;
    }
  }

  /** Of the secrets that the trigger names: a sender may put one where nobody expects it. */
  async #mask({ organisation_id, required_headers = {}, signature }: WebhookSnapshotValue): Promise<TextMask> {
    const { secret, previous_secret: previous } = signature ?? {};
    const templates = [...Object.values(required_headers), secret, previous].filter((text) => text !== undefined);
    const mask = new TextMask();
    for (const name of secretsNamedIn(templates))
      for (const value of await this.#values(organisation_id, name)) mask.add(value);
    // Those that are written out in the workflow.
    for (const text of [secret, previous]) if (text !== undefined && !text.includes('{{')) mask.add(text);
    return mask;
  }

  /** None of one that is damaged. Throws SERVICE_UNAVAILABLE: then nothing is shown. */
  async #values(organisationId: string, name: string): Promise<string[]> {
    try {
      const current = await this.secrets.read(organisationId, [name]);
      const former = await this.secrets.readFormer(organisationId, [name]);
      return [...Object.values(current), ...Object.values(former).flat()];
    } catch (error) {
      if (error instanceof AppError && error.code === 'SECRET_UNREADABLE') return [];
      throw error;
    }
  }
}

/** What it carried. */
type CarriedParts = Pick<ShownWebhookCall, 'headers' | 'query' | 'body' | 'input' | 'input_problem'>;

function carriedBy(webhook: WebhookSnapshotValue, call: ShownParts, outcome: ShownOutcome): CarriedParts {
  const { required_headers = {}, signature } = webhook;
  const rules = signature && rulesOf(signature);
  const credentials = [...Object.keys(required_headers), ...(rules ? [rules.header] : [])];
  const body = call.body_base64 === undefined ? null : Buffer.from(call.body_base64, 'base64');
  return {
    headers: fitting(maskedHeaders(call.headers, credentials)),
    query: fitting(call.query ?? {}),
    body: body && shownBody(body),
    ...inputOf(webhook, call, body, passedOf(webhook, outcome)),
  };
}

/** What became of it. */
function describedCall(
  webhook: WebhookSnapshotValue,
  call: ShownParts,
  outcome: ShownOutcome,
  now: number,
): Omit<ShownWebhookCall, keyof CarriedParts> {
  const { required_headers = {}, signature } = webhook;
  const { isVerified: _isVerified, ...became } = outcome;
  return {
    ...became,
    at: call.received_at ?? new Date(now).toISOString(),
    method: shortened(call.method, METHOD_CHARACTERS),
    request_id: call.request_id ?? null,
    checks: {
      passed: passedOf(webhook, outcome),
      headers: Object.keys(required_headers),
      signature: signature?.scheme ?? null,
    },
  };
}

/** Null when nothing is required, and when the call was refused before that was checked. */
function passedOf(webhook: WebhookSnapshotValue, { code, isVerified }: ShownOutcome): boolean | null {
  if (isVerified) return requiresMore(webhook) ? true : null;
  return LACKING.includes(code) ? false : null;
}

/** Whether the trigger requires more of a call than its method. */
function requiresMore({ required_headers = {}, signature }: WebhookSnapshotValue): boolean {
  return signature !== undefined || Object.keys(required_headers).length > 0;
}

/** What the workflow would get. The body of a stranger is never parsed. */
function inputOf(
  webhook: WebhookSnapshotValue,
  call: ShownParts,
  body: Buffer | null,
  passed: boolean | null,
): Pick<ShownWebhookCall, 'input' | 'input_problem'> {
  const none = (input_problem: string) => ({ input: null, input_problem });
  if (passed === false) return none(REFUSED);
  if (body === null) return none(UNREAD);
  if (passed === null && requiresMore(webhook)) return none(UNVERIFIED);
  if (body.length > LIMITS.listenedInputBytes) return none(TOO_LARGE);
  try {
    const content = contentOf(webhook, { headers: call.headers, query: call.query ?? {} }, body)();
    const input = content.input(content.files.map(factsOf));
    const isFitting = (stringifyJson(input)?.length ?? 0) <= LIMITS.listenedBodyBytes;
    return isFitting ? { input, input_problem: null } : none(TOO_LARGE);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return none(shortened(error.message, PROBLEM_CHARACTERS));
  }
}

/** As many of them as fit, from the first on. */
function fitting<Value extends string | string[]>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  let room: number = LIMITS.listenedHeadBytes;
  const kept = Object.entries(values).filter(([name, value]) => {
    room -= name.length + JSON.stringify(value).length;
    return room >= 0;
  });
  return Object.fromEntries(kept);
}
