import {
  approvalIdOf,
  newFileId,
  newId,
  randomSecret,
  type MailboxResource,
  type PathParameter,
  type TokenCreated,
} from '@millrace/contracts';
import { ApiClient } from './api.js';
import { anApproval } from './approvals.js';
import { aFile } from './files.js';
import { aJob } from './jobs.js';
import { EXAMPLE_STEPS, EXAMPLE_SUBSCRIPTION } from './routes.js';
import { subscribed } from './subscriptions.js';

export type Ids = Readonly<Record<PathParameter, string>>;

/** Of the forms that ids have, and of nothing. */
export function idsOfNobody(): Ids {
  return {
    workflow_id: newId('workflow'),
    version: '999',
    execution_id: newId('execution'),
    webhook_id: `wh_${randomSecret(24)}`,
    index: '99',
    token_id: newId('token'),
    job_id: newId('job'),
    mailbox_id: newId('mailbox'),
    subscription_id: newId('subscription'),
    delivery_id: newId('delivery'),
    organisation_id: newId('organisation'),
    secret_name: 'nobodys_secret',
    variable_name: 'nobodys_variable',
    sender_name: 'nobodys_sender',
    provider_name: 'nobodys_provider',
    path: 'nobodys_step',
    signal_name: 'nobodys_signal',
    approval_id: approvalIdOf(newId('execution'), 'ask', 1),
    link_token: randomSecret(32),
    file_id: newFileId(newId('execution')),
    step_type: 'nobodys_type',
    dead_letter_id: 'dl_999999999',
  };
}

/** Makes one of everything, with a text in all that may have one; returns the ids. */
export async function idsOf(api: ApiClient, canary: string): Promise<Ids> {
  const workflow = await api.create({
    name: canary,
    trigger: { type: 'webhook' },
    steps: EXAMPLE_STEPS,
    variables: { note: canary },
  });
  const execution = await api.run(workflow.id, { secret: canary });
  const token = await api.expect<TokenCreated>(201, 'POST', '/tokens', {
    json: { name: canary, scopes: ['workflows:read'] },
  });
  const mailbox = await api.expect<MailboxResource>(201, 'POST', '/mailboxes', {
    json: {
      address: `${canary}@example.com`,
      imap: { host: '127.0.0.1', port: 9, user: canary, auth: { secret: canary } },
    },
  });
  const secret_name = `s_${randomSecret(8)}`;
  const variable_name = `v_${randomSecret(8)}`;
  await api.expect(200, 'PUT', `/secrets/${secret_name}`, { json: { value: canary, description: canary } });
  const sender_name = `m_${randomSecret(8)}`;
  const sender = { host: 'smtp.example.com', user: canary, password: canary, from: `${canary}@example.com` };
  await api.expect(200, 'PUT', `/mail/senders/${sender_name}`, { json: { ...sender, description: canary } });
  const provider_name = `p_${randomSecret(8)}`;
  const provider = { type: 'openai', api_key: canary, models: [canary], aliases: { [`${canary}-2`]: canary } };
  await api.expect(200, 'PUT', `/ai/providers/${provider_name}`, { json: { ...provider, description: canary } });
  await api.expect(200, 'PUT', `/variables/${variable_name}`, { json: { value: canary } });
  return {
    workflow_id: workflow.id,
    version: '1',
    execution_id: execution.id,
    webhook_id: ApiClient.webhookPath(workflow).split('/').at(-1) ?? '',
    index: '0',
    token_id: token.id,
    job_id: await aJob(api),
    mailbox_id: mailbox.id,
    ...(await subscribed(api, { ...EXAMPLE_SUBSCRIPTION, description: canary })),
    organisation_id: 'org_dev',
    secret_name,
    variable_name,
    sender_name,
    provider_name,
    path: 'each',
    signal_name: 'paid',
    approval_id: await anApproval(api, canary),
    link_token: randomSecret(32),
    file_id: await aFile(api),
    step_type: 'http',
    dead_letter_id: 'dl_1',
  };
}
