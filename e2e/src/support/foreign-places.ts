import type { MailboxResource, TriggerList, WorkflowResource } from '@millrace/contracts';
import type { Answer, ApiClient, Refusal } from './api.js';
import { eventually } from './eventually.js';
import type { Ids } from './ids-of.js';
import { EXAMPLE_MAILBOX, EXAMPLE_STEPS, EXAMPLE_SUBSCRIPTION } from './routes.js';

/** Ids of somebody, and other texts by which things of theirs are found. */
export interface Known {
  readonly ids: Ids;
  /** Of a mailbox. */
  readonly address: string;
  /** Of a provider. */
  readonly model: string;
}

/** What a caller sees who names what is somebody's. */
type Probe = (known: Known) => Promise<unknown>;

/** Places in which an id is no thing of another organisation, and why. */
export const NO_REFERENCES: Readonly<Record<string, string>> = {
  'createWorkflow body.steps[].id': 'the document gives it',
  'validateWorkflow body.steps[].id': 'the document gives it',
  'replaceWorkflowFields body.steps[].id': 'the document gives it',
  'signalExecution body.signal_id': 'who sends it chooses it',
  'testAiProvider body.model': "it goes to the caller's own provider as it is",
  ...Object.fromEntries(
    ['listStepRuns', 'getExecutionJournal', 'listWebhookCalls', 'listMailboxMessages'].map((list) => [
      `${list} query.starting_after`,
      'it is a place within what the path names',
    ]),
  ),
  'redeliverEvents body.starting_after': 'it is a place within what the path names',
  'http.auth.client_id': 'it goes to the service that is called',
  'http.auth.access_key_id': 'it goes to the service that is called',
};

/** What is at the places of bodies; `own`: what the caller has. */
export function bodyProbes(api: ApiClient, own: () => Ids): Readonly<Record<string, Probe>> {
  const post = (path: string, json: object) => api.call<Refusal>('POST', path, { json });
  const document = { name: 'Theirs', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS };
  const onFailure = ({ ids }: Known) => ({ ...document, settings: { on_failure_workflow: ids.workflow_id } });
  const bulk = (filter: object) => post('/executions/bulk', { action: 'cancel', filter, dry_run: true });
  return {
    'createWorkflow body.id': ({ ids }) => post('/workflows?dry_run=true', { ...document, id: ids.workflow_id }),
    'createWorkflow body.settings.on_failure_workflow': (known) => post('/workflows?dry_run=true', onFailure(known)),
    'validateWorkflow body.id': ({ ids }) => post('/workflows/validate', { ...document, id: ids.workflow_id }),
    'validateWorkflow body.settings.on_failure_workflow': (known) => post('/workflows/validate', onFailure(known)),
    'replaceWorkflowFields body.id': ({ ids }) => changed(api, own(), { id: ids.workflow_id }),
    'replaceWorkflowFields body.settings.on_failure_workflow': ({ ids }) =>
      changed(api, own(), { settings: { on_failure_workflow: ids.workflow_id } }),
    'executeWorkflow body.test.from.execution_id': ({ ids }) =>
      post(`/workflows/${own().workflow_id}/execute`, {
        test: { from: { execution_id: ids.execution_id, path: 'answer' } },
      }),
    'bulkExecutions body.filter.workflow_id': ({ ids }) => bulk({ workflow_id: ids.workflow_id }),
    'bulkExecutions body.filter.parent_execution_id': ({ ids }) => bulk({ parent_execution_id: ids.execution_id }),
    'createMailbox body.address': async ({ address }) => {
      const { status, body } = await api.call<MailboxResource>('POST', '/mailboxes', {
        json: { ...EXAMPLE_MAILBOX, address },
      });
      await api.expect(204, 'DELETE', `/mailboxes/${body.id}`);
      return status;
    },
    'updateMailbox body.address': async ({ address }) => {
      const { id } = await api.expect<MailboxResource>(201, 'POST', '/mailboxes', { json: EXAMPLE_MAILBOX });
      const { status } = await api.call('PATCH', `/mailboxes/${id}`, { json: { address } });
      await api.expect(204, 'DELETE', `/mailboxes/${id}`);
      return status;
    },
    'createEventSubscription body.workflow_id': async ({ ids }) => {
      const json = { ...EXAMPLE_SUBSCRIPTION, workflow_id: ids.workflow_id };
      const answer = await api.call<Refusal & { id: string }>('POST', '/event-subscriptions', { json });
      if (answer.status === 201) await api.expect(204, 'DELETE', `/event-subscriptions/${answer.body.id}`);
      return answer;
    },
    'updateEventSubscription body.workflow_id': async ({ ids }) => {
      const json = { workflow_id: ids.workflow_id };
      const { status, body } = await api.call<Refusal>('PATCH', `/event-subscriptions/${own().subscription_id}`, {
        json,
      });
      return [status, body.error?.code];
    },
  };
}

/** The same of places in workflow documents: saved, tried and, but for what would wait, run. */
export function documentProbes(api: ApiClient): Readonly<Record<string, Probe>> {
  const step = (type: string, config: object, input: object = {}): Promise<unknown> =>
    outcome(api, { steps: [{ id: 'a', type, config, retry: { max_attempts: 1 } }] }, input);
  const fileOf = ({ ids }: Known) => ({
    file: { file: { id: ids.file_id, name: 'a.txt', type: 'text/plain', size: 1, sha256: 'a'.repeat(64) } },
  });
  const mail = { to: 'nobody@example.com', subject: 'A', body: 'A' };
  const nowhere = { url: 'http://127.0.0.1:9/', method: 'POST' };
  const ask = { prompt: 'A' };
  return {
    'ai_completion.model': ({ model }) => step('ai_completion', { ...ask, model }),
    'ai_completion.fallbacks': ({ model }) => step('ai_completion', { ...ask, model, fallbacks: [model] }),
    'ai_completion.attachments': (known) =>
      step('ai_completion', { ...ask, attachments: '{{input.file}}' }, fileOf(known)),
    'ai_completion.tools[].workflow_id': ({ ids }) =>
      step('ai_completion', { ...ask, tools: [{ workflow_id: ids.workflow_id, name: 'tool', description: 'A' }] }),
    'http.file': (known) => step('http', { ...nowhere, file: '{{input.file}}' }, fileOf(known)),
    'http.multipart[].file': (known) =>
      step('http', { ...nowhere, multipart: [{ name: 'a', file: '{{input.file}}' }] }, fileOf(known)),
    'email.sender': ({ ids }) => step('email', { ...mail, sender: ids.sender_name }),
    'email.attachments': (known) => step('email', { ...mail, attachments: ['{{input.file}}'] }, fileOf(known)),
    'email.attachments[].file': (known) =>
      step('email', { ...mail, attachments: [{ file: '{{input.file}}' }] }, fileOf(known)),
    'sub_workflow.workflow_id': ({ ids }) => step('sub_workflow', { workflow_id: ids.workflow_id }),
    'approval.email.sender': ({ ids }) =>
      step('approval', { message: 'A', approvers: ['a@example.com'], email: { sender: ids.sender_name } }),
    'trigger email.address': async ({ address }) => {
      const trigger = { type: 'email', config: { address } };
      const { id, warnings } = await api.create({ name: 'A', trigger, steps: EXAMPLE_STEPS });
      const { triggers } = await api.expect<TriggerList>(200, 'GET', '/triggers?limit=100');
      const { id: _, workflow_id: __, ...listening } = triggers.find(({ workflow_id }) => workflow_id === id) ?? {};
      await api.expect(204, 'DELETE', `/workflows/${id}`);
      return { warnings, listening };
    },
    'settings.on_failure_workflow': ({ ids }) =>
      outcome(api, {
        settings: { on_failure_workflow: ids.workflow_id },
        steps: [{ id: 'a', type: 'stop', config: { status: 'failed', message: 'A' } }],
      }),
    // These are in expressions, which may be anywhere.
    '{{secrets}}': ({ ids }) => step('transform', { output: `{{secrets["${ids.secret_name}"]}}` }),
    '{{variables}}': ({ ids }) => step('transform', { output: `{{variables["${ids.variable_name}"]}}` }),
  };
}

/** What a change of a workflow leads to, which is taken back. */
async function changed(api: ApiClient, { workflow_id }: Ids, patch: object): Promise<unknown> {
  const path = `/workflows/${workflow_id}`;
  const { status, body } = await api.call<WorkflowResource & Refusal>('PUT', path, { json: patch });
  const seen = { status, error: body.error?.code, id: body.id, warnings: body.warnings };
  await api.expect(200, 'PUT', path, { json: { settings: {} } });
  return seen;
}

/** What is said of a document when it is saved, and of its steps when it runs. */
async function outcome(
  api: ApiClient,
  parts: { steps: readonly object[]; settings?: object },
  input: object = {},
): Promise<unknown> {
  const { status, body }: Answer<WorkflowResource> = await api.call('POST', '/workflows', {
    json: { name: 'A', trigger: { type: 'webhook' }, ...parts },
  });
  if (status !== 201) return { status, body };
  const { execution_id } = await api.execute(body.id, input);
  const {
    status: ended,
    error,
    steps,
  } = await eventually('it has ended, or waits', async () => {
    const execution = await api.execution(execution_id);
    return execution.status === 'running' ? undefined : execution;
  });
  if (ended === 'waiting') await api.expect(200, 'POST', `/executions/${execution_id}/cancel`, { json: {} });
  await api.expect(204, 'DELETE', `/workflows/${body.id}`);
  return { warnings: body.warnings, ended, error, steps: steps.map((step) => [step.status, step.error]) };
}
