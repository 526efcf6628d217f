import { Inject, Injectable } from '@nestjs/common';
import { AppError, LIMITS, shortened, type DeliveryAttempt, type RequestedDelivery } from '@millrace/contracts';
import { SafeHttpClient, type HttpRoutes } from '@millrace/service-kit/safe-http';
import { SealBrokenError } from '@millrace/service-kit/sealing';
import { tracedCall } from '@millrace/service-kit/traced-call';
import { EndpointAnswer, maskOf } from './endpoint-answer.js';
import { retryAfter } from './retry-schedule.js';
import { signatureHeaders } from './signing.js';
import { Subscriptions, type Subscription } from './subscriptions.js';

/** Without the version: it would show every called server which flaws this one has. */
const USER_AGENT = 'Millrace';
const ERROR_CHARACTERS = 500;
const GONE = 410;

/** What calls of an organisation are made with and it may not see: a proxy may repeat what it is sent. */
export type ProxySecrets = HttpRoutes['secretsOf'];

/** {@link ProxySecrets}, for injection. */
export const PROXY_SECRETS = Symbol('webhook-dispatcher:proxy-secrets');

/** What an endpoint made of an event. */
export interface CallResult {
  readonly made: DeliveryAttempt;
  readonly delivered: boolean;
  /** It takes nothing more of this subscription, ever. */
  readonly gone: boolean;
  /** Milliseconds that it asks to be left alone for, or null. Means nothing of what is delivered, or of an endpoint that is gone. */
  readonly wish: number | null;
}

/** Sends one event to the address of a subscription. */
@Injectable()
export class EndpointCall {
  constructor(
    private readonly client: SafeHttpClient,
    private readonly subscriptions: Subscriptions,
    @Inject(PROXY_SECRETS) private readonly proxySecrets: ProxySecrets,
  ) {}

  /** `now` in milliseconds since the epoch. Throws the reason of an aborted `signal`, SERVICE_UNAVAILABLE without the master key of the secret. */
  async send(
    delivery: RequestedDelivery,
    subscription: Subscription,
    { now, signal }: { now: number; signal: AbortSignal },
  ): Promise<CallResult> {
    const begun = performance.now();
    const secrets = this.proxySecrets(delivery.organisation_id);
    const answer = new EndpointAnswer();
    let request_headers: DeliveryAttempt['request_headers'] = null;
    const attempt = (result: Pick<DeliveryAttempt, 'status_code' | 'error' | 'response'>): DeliveryAttempt => ({
      at: new Date(now).toISOString(),
      url: subscription.url,
      request_headers,
      duration_ms: Math.round(performance.now() - begun),
      response_headers: answer.headers(secrets),
      ...result,
    });
    try {
      const request = {
        method: 'POST',
        url: subscription.url,
        organisationId: delivery.organisation_id,
        body: delivery.body,
        followRedirects: false,
        receive: answer.receive,
        timeoutMs: LIMITS.eventTimeoutMs,
        signal,
      };
      const own = this.#headers(delivery, subscription, now);
      const { status, headers } = await tracedCall(request.method, own, (sent) => {
        request_headers = { ...sent };
        return answer.headOf(this.client.request({ ...request, headers: sent }), signal);
      });
      const delivered = status >= 200 && status < 300;
      const error = delivered ? null : `The endpoint returned the status ${status}`;
      const made = attempt({ status_code: status, error, response: answer.excerpt(secrets) });
      return { made, delivered, gone: status === GONE, wish: retryAfter(headers['retry-after'], now) };
    } catch (error) {
      if (signal.aborted || isOurs(error)) throw error;
      const message = error instanceof AppError || error instanceof SealBrokenError ? error.message : String(error);
      const shown = shortened(maskOf(secrets).apply(message), ERROR_CHARACTERS);
      const made = attempt({ status_code: null, error: shown, response: '' });
      return { made, delivered: false, gone: false, wish: null };
    }
  }

  #headers(delivery: RequestedDelivery, subscription: Subscription, now: number): Record<string, string> {
    const { event_id: eventId, organisation_id, body } = delivery;
    const secrets = this.subscriptions.secretsOf(organisation_id, subscription, now);
    return {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      ...signatureHeaders({ eventId, timestamp: Math.floor(now / 1_000), body }, secrets),
    };
  }
}

/** What is away is ours, and no fault of the endpoint. */
function isOurs(error: unknown): boolean {
  return error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE';
}
