// Creates a workflow, runs it, watches it, and fixes what made it fail.
import { defineWorkflow, ExecutionFailedError, WorkflowClient } from '@meingpt/workflows';

const client = new WorkflowClient(); // MEINGPT_API_KEY and MEINGPT_BASE_URL

const workflow = await client.workflows.create(
  defineWorkflow({
    name: 'Order check',
    variables: { limit: 1000 },
    steps: [
      {
        id: 'total',
        type: 'transform',
        config: { output: '{{input.items.map(item => item.price * item.count).sum()}}' },
      },
      {
        id: 'check',
        type: 'condition',
        config: { condition: '{{total.output > variables.limit}}', true_branch: 'refuse', false_branch: 'accept' },
      },
      { id: 'refuse', type: 'stop', config: { status: 'failed', message: 'The order is too large' } },
      { id: 'accept', type: 'transform', config: { output: { accepted: true, total: '{{total.output}}' } } },
    ],
  }),
);

const input = { items: [{ name: 'engine', price: 600, count: 2 }] };
try {
  await client.workflows.executeAndWait(workflow.id, { input });
} catch (error) {
  if (!(error instanceof ExecutionFailedError)) throw error;
  console.log(`It failed: ${error.execution.error?.message}`);
}

// Nobody else's change is overwritten: the version that was read goes with the update.
const raised = await client.workflows.update(
  workflow.id,
  { variables: { limit: 5000 } },
  { ifMatch: workflow.version },
);
console.log(`The limit is raised in version ${raised.version}`);

const execution = await client.workflows.executeAndWait(
  raised.id,
  { input },
  { onUpdate: ({ status, steps }) => status !== 'running' && console.log(`${status} after ${steps.length} steps`) },
);
console.log(execution.output);

for await (const { status } of client.executions.list({ workflow_id: workflow.id })) console.log(`was ${status}`);
await client.workflows.delete(workflow.id);
