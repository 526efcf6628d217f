import {
  ListWebhookCalls,
  ListWebhooks,
  RotateWebhookSecret,
  RotateWebhookUrl,
  TestWebhook,
  webhookEndpoints,
} from '@millrace/contracts';

const { calls, test, listOfWorkflow, rotateSecret, rotateUrl } = webhookEndpoints;
const { id, workflow_id } = listOfWorkflow.answer.example.webhooks[0];
const { id: call } = calls.answer.example.calls[0];

/** What is published of the address, so that it can be listened to. */
export const LISTENED = { webhook_id: id, workflow_id, organisation_id: 'org_a', method: 'POST' };

/** What the owners of webhooks and their calls return. */
export const WEBHOOK_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [ListWebhookCalls, () => calls.answer.example],
  [TestWebhook, () => test.answer.example],
  [ListWebhooks, () => listOfWorkflow.answer.example],
  [RotateWebhookUrl, () => rotateUrl.answer.example],
  [RotateWebhookSecret, () => rotateSecret.answer.example],
];

/** A call of each endpoint. */
export const WEBHOOK_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', `/v1/webhooks/${id}/calls?verdict=refused&limit=5&starting_after=${call}`, 200],
  ['POST', `/v1/webhooks/${id}/listen`, 200],
  ['POST', `/v1/webhooks/${id}/test`, 202, '{"body":{"order":4711}}'],
  ['GET', `/v1/workflows/${workflow_id}/webhooks`, 200],
  ['POST', `/v1/workflows/${workflow_id}/webhooks/${id}/rotate-url`, 200, '{"grace_seconds":60}'],
  ['POST', `/v1/workflows/${workflow_id}/webhooks/${id}/rotate-secret`, 200, '{"grace_seconds":60}'],
];
