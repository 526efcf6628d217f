/** Every route of the API but the webhooks, which have their address as credential; bodies as a client would send them. */
export const apiRoutes = (workflowId: string, executionId: string) =>
  [
    { method: 'GET', path: '/workflows', scope: 'workflows:read' },
    { method: 'POST', path: '/workflows', scope: 'workflows:write', json: { name: 'n', steps: EXAMPLE_STEPS } },
    { method: 'GET', path: `/workflows/${workflowId}`, scope: 'workflows:read' },
    { method: 'PUT', path: `/workflows/${workflowId}`, scope: 'workflows:write', json: { name: 'taken over' } },
    { method: 'PATCH', path: `/workflows/${workflowId}`, scope: 'workflows:write', json: { name: 'taken over' } },
    { method: 'DELETE', path: `/workflows/${workflowId}`, scope: 'workflows:write' },
    { method: 'POST', path: `/workflows/${workflowId}/execute`, scope: 'executions:write', json: { input: {} } },
    { method: 'GET', path: `/workflows/${workflowId}/executions`, scope: 'executions:read' },
    { method: 'GET', path: `/workflows/${workflowId}/executions/${executionId}`, scope: 'executions:read' },
    { method: 'GET', path: '/executions', scope: 'executions:read' },
    { method: 'GET', path: `/executions/${executionId}`, scope: 'executions:read' },
  ] as const;

/** One step that any workflow may have. */
export const EXAMPLE_STEPS = [
  { id: 'answer', type: 'transform', config: { output: '{{input.secret ?? "none"}}' } },
] as const;
