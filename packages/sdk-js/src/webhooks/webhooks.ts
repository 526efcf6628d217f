import type { APIPromise } from '../api-promise.js';
import { UsageError, WebhookVerificationError } from '../errors.js';
import { EventStream } from '../events/event-stream.js';
import { EXECUTION } from '../executions/wait.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  ExecutionAccepted,
  Webhook,
  WebhookCall,
  WebhookCallList,
  WebhookCallListQuery,
  WebhookList,
  WebhookListeningEvent,
  WebhookRotationRequest,
  WebhookSecret,
  WebhookSecretRotationRequest,
  WebhookTestRequest,
} from '../types.js';
import type { RawBody } from './raw-body.js';
import { hexSignature, matchesHex, parseEvent } from './signatures.js';
import { SECRET_PREFIX, verifyStandard } from './standard-webhooks.js';

/** Headers as `fetch` has them, or as Node's servers have them. */
export type DeliveryHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is verified. */
export interface Delivery {
  readonly payload: RawBody;
  /** The header `X-Webhook-Signature`. */
  readonly signature: string | null | undefined;
  /** By default that of the client. */
  readonly secret?: string;
}

/** Settings of a test of an address. */
export interface WebhookTestOptions extends WriteOptions {
  /** What the sample has beside its body: headers such as `X-GitHub-Event`, and a query. `headers` are those of the call of the API. */
  readonly sample?: Pick<WebhookTestRequest, 'headers' | 'query'>;
}

/** `client.webhooks`; `send`, and what has to do with signatures, works without an API key. */
export class Webhooks {
  readonly #transport: Transport;
  readonly #secret: string | undefined;

  constructor(transport: Transport, secret: string | undefined) {
    this.#transport = transport;
    this.#secret = secret;
  }

  /** Calls the address of a webhook trigger with a JSON body, without the API key: the address is the credential. */
  send(webhookId: string, body: unknown = {}, options?: WriteOptions): APIPromise<ExecutionAccepted> {
    const target = path`/webhooks/${webhookId}`;
    return this.#transport.call({ has: EXECUTION, method: 'POST', path: target, body, options, anonymous: true });
  }

  /** The addresses of a workflow, in the order of its document. */
  listOfWorkflow(workflowId: string, options?: CallOptions): PagePromise<Webhook, WebhookList> {
    const target = path`/workflows/${workflowId}/webhooks`;
    const page = () => this.#transport.call<WebhookList>({ list: 'webhooks', method: 'GET', path: target, options });
    return cursorPages(page, undefined, ({ webhooks }) => webhooks);
  }

  /** Gives a trigger a new address; calls of the former one are taken for a day, or as long as is said. */
  rotateUrl(
    workflowId: string,
    webhookId: string,
    request: WebhookRotationRequest = {},
    options?: WriteOptions,
  ): APIPromise<Webhook> {
    const target = path`/workflows/${workflowId}/webhooks/${webhookId}/rotate-url`;
    return this.#transport.call({ has: 'id', method: 'POST', path: target, body: request, options });
  }

  /** Gives the secret of a trigger's signature another value, which nothing returns again; the former one is taken for a day, or as long as is said. */
  rotateSecret(
    workflowId: string,
    webhookId: string,
    request: WebhookSecretRotationRequest = {},
    options?: WriteOptions,
  ): APIPromise<WebhookSecret> {
    const target = path`/workflows/${workflowId}/webhooks/${webhookId}/rotate-secret`;
    return this.#transport.call({ has: 'webhook_id', method: 'POST', path: target, body: request, options });
  }

  /**
   * The next calls of an address, as they come and as the workflow gets them, for five minutes. It starts nothing. A stream that is cut is opened
   * again as another listener, with another `listening`: calls in between are not shown, and ids and the five minutes begin anew.
   */
  listen(webhookId: string, options: CallOptions = {}): EventStream<WebhookListeningEvent> {
    const call = { method: 'POST', path: path`/webhooks/${webhookId}/listen` };
    return new EventStream(this.#transport, call, options, ({ type }) => type === 'ended');
  }

  /** What became of the recent calls of an address, newest first. */
  listCalls(
    webhookId: string,
    query: WebhookCallListQuery = {},
    options?: CallOptions,
  ): PagePromise<WebhookCall, WebhookCallList> {
    const target = path`/webhooks/${webhookId}/calls`;
    const page = (starting_after: string | undefined) =>
      this.#transport.call<WebhookCallList>({
        list: 'calls',
        method: 'GET',
        path: target,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ calls }) => calls);
  }

  /** Sends a sample to an address as its sender would, signed; it starts an execution. */
  test(
    webhookId: string,
    body?: unknown,
    { sample, ...options }: WebhookTestOptions = {},
  ): APIPromise<ExecutionAccepted> {
    const target = path`/webhooks/${webhookId}/test`;
    return this.#transport.call({
      has: EXECUTION,
      method: 'POST',
      path: target,
      body: { ...sample, ...(body === undefined ? {} : { body }) },
      options,
    });
  }

  /** Whether the body is signed with the secret, as the reference signs. Await it: a promise is always true. */
  async verify({ payload, signature, secret }: Delivery): Promise<boolean> {
    return matchesHex(payload, signature, this.#needed(secret));
  }

  /** The reference's signature of a body. */
  async sign(payload: RawBody, secret?: string): Promise<string> {
    return hexSignature(payload, this.#needed(secret));
  }

  /**
   * Verifies a delivery and parses it. A secret `whsec_…` asks for the headers of Standard Webhooks, any other for
   * `X-Webhook-Signature`, which does not protect from replays.
   *
   * @throws WebhookVerificationError when it is not signed with the secret, or is older than five minutes
   */
  async unwrap(payload: RawBody, headers: DeliveryHeaders, secret?: string): Promise<unknown> {
    const key = this.#needed(secret);
    const header = (name: string): string | null => headerOf(headers, name);
    if (key.startsWith(SECRET_PREFIX)) {
      const [id, timestamp, signature] = [
        header('webhook-id'),
        header('webhook-timestamp'),
        header('webhook-signature'),
      ];
      await verifyStandard(payload, { id, timestamp, signature }, key, this.#transport.clock.now() / 1000);
      return parseEvent(payload, (text) => this.#transport.parse(text));
    }
    const signature = header('x-webhook-signature');
    if (!(await matchesHex(payload, signature, key))) {
      if (signature === null) throw new WebhookVerificationError('The header X-Webhook-Signature is missing');
      throw new WebhookVerificationError('The header X-Webhook-Signature is not that of this body and secret');
    }
    return parseEvent(payload, (text) => this.#transport.parse(text));
  }

  #needed(secret: string | undefined): string {
    const given = secret ?? this.#secret;
    if (given) return given;
    throw new UsageError(
      'There is no webhook secret: give it, or the option webhookSecret, or set MEINGPT_WEBHOOK_SECRET.',
    );
  }
}

function headerOf(headers: DeliveryHeaders, name: string): string | null {
  if (isHeaders(headers)) return headers.get(name);
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : null;
}

function isHeaders(headers: DeliveryHeaders): headers is Headers {
  return typeof Headers !== 'undefined' && headers instanceof Headers;
}
