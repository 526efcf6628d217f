import { AiModels } from './ai/ai-models.js';
import { AiProviders } from './ai/ai-providers.js';
import type { APIPromise } from './api-promise.js';
import { Approvals } from './approvals/approvals.js';
import { AuditLog } from './audit-log/audit-log.js';
import { Credits } from './credits/credits.js';
import { systemClock } from './clock.js';
import { readEnvironment } from './config.js';
import { UsageError } from './errors.js';
import { Executions } from './executions/executions.js';
import { MailSenders } from './mail-senders/mail-senders.js';
import type { CallOptions, ClientOptions, WriteOptions } from './options.js';
import { Organisations } from './organisations/organisations.js';
import { Jobs } from './jobs/jobs.js';
import { Schedules } from './schedules/schedules.js';
import { Events } from './events/events.js';
import { EventSubscriptions } from './event-subscriptions/event-subscriptions.js';
import { Mailboxes } from './mailboxes/mailboxes.js';
import { Reference } from './reference/reference.js';
import { Secrets } from './secrets/secrets.js';
import { Tokens } from './tokens/tokens.js';
import { Transport } from './transport.js';
import type { Account, Capabilities } from './types.js';
import { Triggers } from './triggers/triggers.js';
import { Variables } from './variables/variables.js';
import { Webhooks } from './webhooks/webhooks.js';
import { Workflows } from './workflows/workflows.js';

/** A call that has no method of its own. */
export interface RawCall extends WriteOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** A client of the Workflow API. */
export class WorkflowClient {
  readonly workflows: Workflows;
  readonly executions: Executions;
  readonly schedules: Schedules;
  readonly approvals: Approvals;
  readonly jobs: Jobs;
  readonly triggers: Triggers;
  readonly mailboxes: Mailboxes;
  readonly events: Events;
  readonly eventSubscriptions: EventSubscriptions;
  readonly secrets: Secrets;
  readonly variables: Variables;
  readonly mailSenders: MailSenders;
  readonly aiProviders: AiProviders;
  readonly aiModels: AiModels;
  readonly credits: Credits;
  readonly tokens: Tokens;
  readonly organisations: Organisations;
  readonly auditLog: AuditLog;
  readonly reference: Reference;
  readonly webhooks: Webhooks;
  readonly #transport: Transport;

  /** @throws UsageError when the base URL is no URL, or MEINGPT_LOG no level */
  constructor(options: ClientOptions = {}) {
    const environment = readEnvironment();
    this.#transport = new Transport({
      apiKey: options.apiKey ?? environment.apiKey,
      baseURL: checkedBaseURL(options.baseURL ?? environment.baseURL),
      timeout: options.timeout ?? 60_000,
      maxRetries: options.maxRetries ?? 2,
      repeatWrites: options.repeatWrites ?? true,
      defaultHeaders: options.defaultHeaders ?? {},
      fetch: options.fetch ?? ((...call) => globalThis.fetch(...call)),
      logger: options.logger ?? environment.logger,
      json: options.json ?? JSON,
      clock: options.clock ?? systemClock,
    });
    this.workflows = new Workflows(this.#transport);
    this.executions = new Executions(this.#transport);
    this.schedules = new Schedules(this.#transport);
    this.approvals = new Approvals(this.#transport);
    this.jobs = new Jobs(this.#transport);
    this.triggers = new Triggers(this.#transport);
    this.mailboxes = new Mailboxes(this.#transport);
    this.events = new Events(this.#transport);
    this.eventSubscriptions = new EventSubscriptions(this.#transport);
    this.secrets = new Secrets(this.#transport);
    this.variables = new Variables(this.#transport);
    this.mailSenders = new MailSenders(this.#transport);
    this.aiProviders = new AiProviders(this.#transport);
    this.aiModels = new AiModels(this.#transport);
    this.credits = new Credits(this.#transport);
    this.tokens = new Tokens(this.#transport);
    this.organisations = new Organisations(this.#transport);
    this.auditLog = new AuditLog(this.#transport);
    this.reference = new Reference(this.#transport);
    this.webhooks = new Webhooks(this.#transport, options.webhookSecret ?? environment.webhookSecret);
  }

  /** The organisation, token and limits of the key. */
  me(options?: CallOptions): APIPromise<Account> {
    return this.#transport.call({ has: 'organisation', method: 'GET', path: '/me', options });
  }

  /** What the installation acts on, and its limits. */
  capabilities(options?: CallOptions): APIPromise<Capabilities> {
    return this.#transport.call({ has: 'step_types', method: 'GET', path: '/capabilities', options });
  }

  /**
   * Any call, with the same key, retries and errors; `path` is behind the base URL, such as `/executions`, with its ids encoded.
   * Nothing checks the result against `T`.
   */
  request<T = unknown>(method: string, path: string, { query, body, ...options }: RawCall = {}): APIPromise<T> {
    if (!path.startsWith('/')) throw new UsageError('path begins with a slash, behind the base URL.');
    return this.#transport.call({ method: method.toUpperCase(), path, query, body, options });
  }
}

function checkedBaseURL(text: string): string {
  const url = parsedUrl(text);
  // Not what was given instead: it has a password.
  if (url?.username || url?.password)
    throw new UsageError('The base URL has a user or a password; the API takes a key.');
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash) return withoutSlash(text);
  throw new UsageError(`The base URL is not an address such as http://localhost:3000/v1: ${JSON.stringify(text)}`);
}

function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
