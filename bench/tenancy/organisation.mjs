// An organisation of this program, and one of each thing that an endpoint is about.
import { waitUntil } from '@millrace/local/wait-until';
import { callApi } from '../lib/platform.mjs';

const LIMITS = { api_calls_per_hour: 10_000_000, executions_per_minute: 100_000, webhook_calls_per_minute: 100_000 };

/** @typedef {(method: string, path: string, body?: unknown) => Promise<any>} Call */

/**
 * @param {import('../lib/platform.mjs').Endpoints} endpoints
 * @param {string} name
 * @returns {Promise<{ id: string, token: string, call: Call, remove: () => Promise<void> }>}
 */
export async function makeOrganisation(endpoints, name) {
  const asOperator = { ...endpoints, token: endpoints.operator_token };
  const { id } = await callApi(asOperator, 'POST', '/organisations', { name, limits: LIMITS });
  const { token } = await callApi(asOperator, 'POST', `/organisations/${id}/tokens`, { name, scopes: ['*'] });
  return {
    id,
    token,
    call: (method, path, body) => callApi({ ...endpoints, token }, method, path, body),
    remove: async () => {
      await callApi(asOperator, 'PATCH', `/organisations/${id}`, { suspended: true });
      await callApi(asOperator, 'DELETE', `/organisations/${id}`);
    },
  };
}

/**
 * Ids of things that are there, by the parameters that they are given for.
 *
 * @param {{ id: string, call: Call }} organisation
 * @param {string} apiUrl
 * @returns {Promise<Record<string, string>>}
 */
export async function idsOf({ id, call }, apiUrl) {
  const config = { url: new URL('/docs', apiUrl).href, response: 'file' };
  const each = { items: '{{[1]}}', steps: [{ id: 'one', type: 'transform', config: { output: '{{item}}' } }] };
  const steps = [
    { id: 'read', type: 'http', config },
    { id: 'each', type: 'loop', config: each },
  ];
  const workflow = await call('POST', '/workflows', { name: 'Known', trigger: { type: 'webhook' }, steps });
  const { execution_id } = await call('POST', `/workflows/${workflow.id}/execute`, { input: {} });
  const execution = await found(async () => {
    const found = await call('GET', `/executions/${execution_id}`);
    return found.status === 'completed' && found;
  });
  const yearly = { name: 'Yearly', trigger: { type: 'schedule', config: { cron: '@yearly' } } };
  const scheduled = await call('POST', '/workflows', { ...yearly, steps: [{ id: 'end', type: 'stop' }] });
  const to = new Date(Date.now() - 3_600_000).toISOString();
  const from = new Date(Date.now() - 7_200_000).toISOString();
  const subscription = { url: 'http://127.0.0.1:9/', events: ['execution.cancelled'] };
  const subscription_id = (await call('POST', '/event-subscriptions', subscription)).id;
  const imap = { host: '127.0.0.1', port: 9, user: 'known', auth: { secret: 'known' } };
  await call('PUT', '/secrets/known', { value: 'known' });
  await call('PUT', '/variables/known', { value: 'known' });
  await call('PUT', '/mail/senders/known', { host: 'smtp.example.com', from: 'known@example.com' });
  await call('PUT', '/ai/providers/known', { type: 'openai', api_key: 'known', models: ['known'] });
  return {
    workflow_id: workflow.id,
    version: '1',
    execution_id,
    path: 'each',
    file_id: execution.steps[0].output.body.file.id,
    signal_name: 'known',
    webhook_id: workflow.trigger.config.url.split('/').at(-1),
    index: '0',
    approval_id: await approvalOf(call),
    token_id: (await call('POST', '/tokens', { name: 'known', scopes: ['workflows:read'] })).id,
    job_id: (await call('POST', `/workflows/${scheduled.id}/schedules/0/backfill`, { from, to })).job_id,
    mailbox_id: (await call('POST', '/mailboxes', { address: 'known@example.com', imap })).id,
    subscription_id,
    delivery_id: (await call('POST', `/event-subscriptions/${subscription_id}/test`)).delivery_id,
    secret_name: 'known',
    variable_name: 'known',
    sender_name: 'known',
    provider_name: 'known',
    organisation_id: id,
    dead_letter_id: 'dl_1',
  };
}

/** Of an approval that nobody decides on. @param {Call} call */
async function approvalOf(call) {
  const steps = [{ id: 'ask', type: 'approval', config: { message: 'May it?' } }];
  const { id } = await call('POST', '/workflows', { name: 'Asks', steps });
  const { execution_id } = await call('POST', `/workflows/${id}/execute`, { input: {} });
  const listed = `/approvals?status=pending&execution_id=${execution_id}`;
  return found(async () => (await call('GET', listed)).approvals[0]?.id);
}

/**
 * What `look` finds, as soon as there is anything.
 * @param {() => Promise<any>} look
 * @returns {Promise<any>}
 */
async function found(look) {
  let last;
  const isThere = async () => Boolean((last = await look()));
  if (await waitUntil(isThere, { timeoutMs: 60_000, everyMs: 100 })) return last;
  throw new Error('What this program has started has not come about in a minute');
}
