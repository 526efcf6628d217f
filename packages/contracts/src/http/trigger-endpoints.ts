import { defineEndpoint } from './endpoint.js';
import { triggerListQuery, triggerListSchema } from './triggers.js';

const WORKFLOW = { workflow_id: 'wf_01kaxh3v9m0000000000000001', workflow_name: 'Orders' } as const;

/** The endpoints of triggers of all types. */
export const triggerEndpoints = {
  list: defineEndpoint({
    id: 'listTriggers',
    method: 'GET',
    path: '/v1/triggers',
    group: 'Triggers',
    summary: 'List all triggers, and whether they are listening',
    description:
      'By workflow, type and index. What the services say that listen: when one of them does not respond, its triggers are `unknown`, and the others are listed all the same.',
    access: 'triggers:read',
    query: triggerListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: triggerListSchema,
      example: {
        triggers: [
          {
            id: `${WORKFLOW.workflow_id}.email.0`,
            ...WORKFLOW,
            type: 'email',
            index: 0,
            status: 'unhealthy',
            reason: 'The server refuses the login (2 times in a row)',
            next_run_at: null,
            last_run_at: '2026-11-24T09:00:00.000Z',
            webhook: null,
            email: {
              address: 'orders@example.com',
              mailbox_ids: ['mbx_01kaxh3v9m0000000000000001'],
              health: {
                state: 'unhealthy',
                connected: false,
                last_poll_at: '2026-11-25T08:00:00.000Z',
                last_message_at: '2026-11-24T09:00:00.000Z',
                lag_seconds: 3600,
                error: 'The server refuses the login (2 times in a row)',
              },
            },
          },
          {
            id: `${WORKFLOW.workflow_id}.schedule.0`,
            ...WORKFLOW,
            type: 'schedule',
            index: 0,
            status: 'listening',
            reason: null,
            next_run_at: '2026-11-26T08:00:00.000Z',
            last_run_at: '2026-11-25T08:00:00.000Z',
            webhook: null,
            email: null,
          },
          {
            id: `${WORKFLOW.workflow_id}.webhook.0`,
            ...WORKFLOW,
            type: 'webhook',
            index: 0,
            status: 'listening',
            reason: null,
            next_run_at: null,
            last_run_at: null,
            webhook: {
              id: 'wh_abcdefghijklmnopqrstuvwx',
              url: 'https://workflows.example.com/v1/webhooks/wh_abcdefghijklmnopqrstuvwx',
              method: 'POST',
            },
            email: null,
          },
        ],
        next_cursor: null,
        has_more: false,
      },
    },
  }),
};
