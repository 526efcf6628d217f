import type { JobAccepted, Webhook, WebhookList, WorkflowResource } from '@millrace/contracts';
import type { AuditedThings, Members } from './audited-things.js';
import { aPastHour } from './jobs.js';
import { demoProvider, EXAMPLE_MAILBOX, EXAMPLE_SUBSCRIPTION } from './routes.js';

type Send = () => Promise<unknown>;
type Shown = () => Promise<Members>;

/** A write of which the audit log says what it has changed. */
export interface AuditedWrite {
  /** The endpoint. */
  readonly id: string;
  /** The resource whose text is hashed, as the page about the log names it. */
  readonly hashed: string;
  readonly becomes: 'made' | 'changed' | 'gone';
  readonly send: Send;
  /** What the API shows of it afterwards, with at least what is hashed. */
  readonly shown?: Shown;
}

const STEPS = [{ id: 'a', type: 'transform', config: { output: 1 } }];
const SECRET = 'correct-horse-battery-staple';
const DOCUMENT = {
  name: 'Audited',
  triggers: [
    { type: 'webhook', config: { signature: { scheme: 'github', secret: '{{secrets.audited}}' } } },
    { type: 'schedule', config: { cron: '@yearly' } },
  ],
  steps: STEPS,
};
const draft = (name: string) => ({ document: { ...DOCUMENT, name } });

/** All writes that change something, each with what it needs before it: to be made in this order. */
export function auditedWrites(things: AuditedThings): AuditedWrite[] {
  return [workflowWrites, triggerWrites, draftWrites, settingWrites, accountWrites, tokenWrites].flatMap((writes) =>
    writes(things),
  );
}

const made = (id: string, hashed: string, send: Send, shown?: Shown) => write('made', id, hashed, send, shown);
const changed = (id: string, hashed: string, send: Send, shown?: Shown) => write('changed', id, hashed, send, shown);
const gone = (id: string, hashed: string, send: Send) => write('gone', id, hashed, send);

function write(becomes: AuditedWrite['becomes'], id: string, hashed: string, send: Send, shown?: Shown): AuditedWrite {
  return { id, hashed, becomes, send, ...(shown ? { shown } : {}) };
}

/** A workflow, and the secret that it names. */
function workflowWrites(c: AuditedThings): AuditedWrite[] {
  return [
    made(
      'putSecret',
      'secret',
      () => c.change('PUT', '/secrets/audited', { value: SECRET }),
      () => c.secretShown(),
    ),
    made(
      'createWorkflow',
      'workflow',
      async () => {
        ({ id: c.workflow } = await c.api.create(DOCUMENT));
        c.webhook = (await c.get<WebhookList>(c.at('/webhooks'))).webhooks[0]?.id ?? '';
      },
      () => c.workflowShown(),
    ),
    changed(
      'replaceWorkflowFields',
      'workflow',
      () => c.change('PUT', c.at(), { name: 'B' }),
      () => c.workflowShown(),
    ),
    changed(
      'updateWorkflow',
      'workflow',
      () => c.change('PATCH', c.at(), { name: 'C' }),
      () => c.workflowShown(),
    ),
    changed(
      'pauseWorkflow',
      'workflow',
      () => c.post(200, c.at('/pause')),
      () => c.workflowShown(),
    ),
    changed(
      'activateWorkflow',
      'workflow',
      () => c.post(200, c.at('/activate')),
      () => c.workflowShown(),
    ),
    changed(
      'restoreWorkflowVersion',
      'workflow',
      () => c.post(200, c.at('/versions/1/restore')),
      () => c.workflowShown(),
    ),
  ];
}

/** What starts it. */
function triggerWrites(c: AuditedThings): AuditedWrite[] {
  return [
    changed(
      'rotateWebhookUrl',
      'workflow',
      async () => ({ id: c.webhook } = await c.post<Webhook>(200, c.at(`/webhooks/${c.webhook}/rotate-url`), {})),
      () => c.workflowShown(),
    ),
    changed(
      'pauseSchedule',
      'schedule',
      () => c.post(200, c.at('/schedules/0/pause')),
      () => c.workflowShown(),
    ),
    changed(
      'resumeSchedule',
      'schedule',
      () => c.post(200, c.at('/schedules/0/resume')),
      () => c.workflowShown(),
    ),
    changed(
      'rotateWebhookSecret',
      'secret',
      () => c.post(200, c.at(`/webhooks/${c.webhook}/rotate-secret`), {}),
      () => c.secretShown(),
    ),
    made(
      'backfillSchedule',
      'job',
      async () => ({ job_id: c.job } = await c.post<JobAccepted>(202, c.at('/schedules/0/backfill'), aPastHour())),
      () => c.jobShown(),
    ),
  ];
}

/** Its draft, and a copy of it. */
function draftWrites(c: AuditedThings): AuditedWrite[] {
  return [
    made(
      'putWorkflowDraft',
      'workflow_draft',
      () => c.change('PUT', c.at('/draft'), draft('D')),
      () => c.get(c.at('/draft')),
    ),
    changed(
      'publishWorkflowDraft',
      'workflow',
      () => c.post(200, c.at('/draft/publish'), {}),
      () => c.workflowShown(),
    ),
    made('putWorkflowDraft', 'workflow_draft', () => c.change('PUT', c.at('/draft'), draft('E'))),
    gone('deleteWorkflowDraft', 'workflow_draft', () => c.remove(c.at('/draft'))),
    made(
      'duplicateWorkflow',
      'workflow',
      async () => ({ id: c.copy } = await c.post<WorkflowResource>(201, c.at('/duplicate'))),
      () => c.workflowShown(c.copy),
    ),
    gone('deleteWorkflow', 'workflow', () => c.remove(`/workflows/${c.copy}`)),
    made(
      'restoreWorkflow',
      'workflow',
      () => c.post(200, `/workflows/${c.copy}/restore`),
      () => c.workflowShown(c.copy),
    ),
  ];
}

/** Jobs, variables and mailboxes. */
function settingWrites(c: AuditedThings): AuditedWrite[] {
  return [
    made(
      'bulkExecutions',
      'job',
      async () => {
        const bulk = { action: 'cancel', filter: { workflow_id: c.workflow } };
        ({ job_id: c.job } = await c.post<JobAccepted>(202, '/executions/bulk', bulk));
      },
      () => c.jobShown(),
    ),
    made(
      'putVariable',
      'variable',
      () => c.change('PUT', '/variables/audited', { value: { a: 1 } }),
      () => c.ofList('variables', 'name', 'audited'),
    ),
    gone('deleteVariable', 'variable', () => c.remove('/variables/audited')),
    made(
      'createMailbox',
      'mailbox',
      async () => ({ id: c.mailbox } = await c.post<{ id: string }>(201, '/mailboxes', EXAMPLE_MAILBOX)),
      () => c.nameless(`/mailboxes/${c.mailbox}`),
    ),
    changed(
      'updateMailbox',
      'mailbox',
      () => c.change('PATCH', `/mailboxes/${c.mailbox}`, { address: 'b@example.com' }),
      () => c.nameless(`/mailboxes/${c.mailbox}`),
    ),
    gone('deleteMailbox', 'mailbox', () => c.remove(`/mailboxes/${c.mailbox}`)),
  ];
}

/** Subscriptions, mail senders and providers. */
function accountWrites(c: AuditedThings): AuditedWrite[] {
  return [
    made(
      'createEventSubscription',
      'event_subscription',
      async () =>
        ({ id: c.subscription } = await c.post<{ id: string }>(201, '/event-subscriptions', EXAMPLE_SUBSCRIPTION)),
      () => c.nameless(`/event-subscriptions/${c.subscription}`),
    ),
    changed(
      'updateEventSubscription',
      'event_subscription',
      () => c.change('PATCH', `/event-subscriptions/${c.subscription}`, { description: 'B' }),
      () => c.nameless(`/event-subscriptions/${c.subscription}`),
    ),
    changed(
      'rotateEventSubscriptionSecret',
      'event_subscription',
      () => c.post(200, `/event-subscriptions/${c.subscription}/rotate-secret`),
      () => c.nameless(`/event-subscriptions/${c.subscription}`),
    ),
    gone('deleteEventSubscription', 'event_subscription', () => c.remove(`/event-subscriptions/${c.subscription}`)),
    made(
      'putMailSender',
      'mail_sender',
      () => c.change('PUT', '/mail/senders/audited', { host: 'smtp.example.com', from: 'a@example.com' }),
      () => c.get('/mail/senders/audited'),
    ),
    gone('deleteMailSender', 'mail_sender', () => c.remove('/mail/senders/audited')),
    made(
      'putAiProvider',
      'ai_provider',
      () => c.change('PUT', '/ai/providers/audited', demoProvider()),
      () => c.get('/ai/providers/audited'),
    ),
    gone('deleteAiProvider', 'ai_provider', () => c.remove('/ai/providers/audited')),
  ];
}

/** Tokens, and the operator's writes. */
function tokenWrites(c: AuditedThings): AuditedWrite[] {
  return [
    made(
      'createToken',
      'token',
      async () => ({ id: c.token } = await c.post<{ id: string }>(201, '/tokens', { name: 'A', scopes: ['*'] })),
      () => c.ofList('tokens', 'id', c.token),
    ),
    changed(
      'updateToken',
      'token',
      () => c.change('PATCH', `/tokens/${c.token}`, { scopes: ['audit:read'] }),
      () => c.ofList('tokens', 'id', c.token),
    ),
    gone('revokeToken', 'token', () => c.remove(`/tokens/${c.token}`)),
    gone('deleteSecret', 'secret', () => c.remove('/secrets/audited')),
    changed(
      'updateOrganisation',
      'organisation',
      () => c.operator.expect(200, 'PATCH', `/organisations/${c.organisation}`, { json: { name: 'B', credits: 100 } }),
      () => c.organisationShown(),
    ),
    changed(
      'addOrganisationCredits',
      'credits',
      () => c.operator.expect(200, 'POST', `/organisations/${c.organisation}/credits`, { json: { amount: 5 } }),
      async () => {
        const { balance, ledger } = await c.get<{ balance: number; ledger: { sequence: number }[] }>('/credits');
        return { id: c.organisation, balance, version: ledger[0]?.sequence };
      },
    ),
    made('createOrganisationToken', 'token', () =>
      c.operator.expect(201, 'POST', `/organisations/${c.organisation}/tokens`, { json: { name: 'B', scopes: ['*'] } }),
    ),
  ];
}
