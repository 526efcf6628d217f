import { accountSchema, capabilitiesSchema } from './account.js';
import { defineEndpoint } from './endpoint.js';
import { tokenEndpoints } from './token-endpoints.js';

const group = 'Account';

/** The endpoints about the caller and the installation. */
export const accountEndpoints = {
  me: defineEndpoint({
    id: 'getMe',
    method: 'GET',
    path: '/v1/me',
    group,
    summary: 'Get the organisation, token and limits of the caller',
    access: 'any_token',
    answer: {
      status: 200,
      description: 'Who calls, and how often it may.',
      schema: accountSchema,
      example: {
        organisation: { id: 'org_acme', name: 'Acme' },
        token: tokenEndpoints.list.answer.example.tokens[0],
        limits: { api_calls_per_hour: 1000, executions_per_minute: 100 },
        versions: { api: '1' },
      },
    },
  }),

  capabilities: defineEndpoint({
    id: 'getCapabilities',
    method: 'GET',
    path: '/v1/capabilities',
    group,
    summary: 'Get what the installation acts on',
    description: 'What an editor needs to check a workflow before it is saved.',
    access: 'workflows:read',
    answer: {
      status: 200,
      description: 'What runs here, and its limits.',
      schema: capabilitiesSchema,
      example: {
        step_types: ['http', 'transform'],
        trigger_types: ['webhook'],
        settings: ['timeout'],
        ignored_step_fields: [],
        secrets: [],
        variables: [],
        env: ['REGION'],
        mail_senders: ['support'],
        workflows: [{ id: 'wf_01kaxh3v9m0000000000000001', name: 'Greet' }],
        models: ['gpt-5.4', 'own/*'],
        limits: {
          workflows: 10000,
          workflow_document_bytes: 1048576,
          input_bytes: 5242880,
          step_output_bytes: 10485760,
          execution_bytes: 67108864,
        },
        public_url: 'https://millrace.example.com',
      },
    },
  }),
};
