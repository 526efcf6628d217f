import { ENDPOINTS, type EndpointDeclaration } from '@millrace/contracts';
import { readEndpoints } from './platform.js';
import { aPastHour } from './jobs.js';

/** Steps that any workflow may have: one of each kind that an endpoint is about. */
export const EXAMPLE_STEPS = [
  {
    id: 'each',
    type: 'loop',
    config: { items: '{{[1, 2]}}', steps: [{ id: 'twice', type: 'transform', config: { output: '{{item * 2}}' } }] },
  },
  { id: 'answer', type: 'transform', config: { output: '{{input.secret ?? "none"}}' } },
] as const;

/** A mailbox on a server that nobody reaches. */
export const EXAMPLE_MAILBOX = {
  address: 'support@example.com',
  imap: { host: '127.0.0.1', port: 9, user: 'support', auth: { secret: 'correct-horse-battery-staple' } },
} as const;

/** The platform's demo model as a provider that an organisation might have: what `PUT /v1/ai/providers/{name}` takes. */
export function demoProvider(): Readonly<Record<string, unknown>> {
  const { ai } = readEndpoints();
  if (ai === undefined) throw new Error('The platform of these tests has no demo model: unset MILLRACE_AI_PROVIDERS');
  return {
    type: 'openai_compatible',
    base_url: ai.base_url,
    api_key: 'sk-correct-horse-battery-staple',
    models: ['demo'],
  };
}

/** A subscription at whose address nobody is. */
export const EXAMPLE_SUBSCRIPTION = { url: 'http://127.0.0.1:9/', events: ['execution.cancelled'] } as const;

/** Ids that endpoints are about, beside those of a workflow and its execution. */
type OtherIds = Readonly<
  Partial<
    Record<
      | 'token_id'
      | 'approval_id'
      | 'job_id'
      | 'file_id'
      | 'mailbox_id'
      | 'subscription_id'
      | 'delivery_id'
      | 'webhook_id'
      | 'organisation_id',
      string
    >
  >
>;

/** Every endpoint that needs a token of an organisation, as calls about one workflow of EXAMPLE_STEPS, one execution of it and the other ids. */
export function apiRoutes(workflowId: string, executionId: string, others: OtherIds = {}) {
  const ids = { workflow_id: workflowId, execution_id: executionId, ...others };
  const endpoints = ENDPOINTS.filter(({ access }) => access !== 'public' && access !== 'operator');
  return endpoints.map((endpoint) => routeOf(endpoint, ids));
}

/** An endpoint as a call of what has these ids; names of its own kinds are those of the parameters. */
export function routeOf(endpoint: EndpointDeclaration, given: Readonly<Record<string, string>>) {
  const ids: Readonly<Record<string, string>> = { version: '1', index: '0', path: 'each', ...given };
  return {
    id: endpoint.id,
    method: endpoint.method === 'ANY' ? 'POST' : endpoint.method,
    // Clients of these tests have the /v1 in their base address.
    path: endpoint.path.replace('/v1', '').replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name),
    scope: endpoint.access,
    json: bodyOf(endpoint),
  };
}

const TAKES_DOCUMENT = ['createWorkflow', 'validateWorkflow', 'replaceWorkflowFields', 'updateWorkflow'];

/** A body that a client would send; one that changes a workflow can be distinguished from what it was. */
function bodyOf({ id, body }: EndpointDeclaration): unknown {
  if (!body) return undefined;
  // The example is a service that costs money.
  if (id === 'putAiProvider') return demoProvider();
  if (id === 'testAiProvider' || id === 'replayExecution') return {};
  if (id === 'backfillSchedule') return aPastHour();
  return TAKES_DOCUMENT.includes(id) ? { name: 'taken over', steps: EXAMPLE_STEPS } : body.example;
}
