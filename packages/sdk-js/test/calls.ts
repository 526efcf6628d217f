import type * as sdk from '../src/index.js';
import type { SkippingClock } from './skipping-clock.js';

/** All arguments that calls have; each call has its own of them. */
export interface Args {
  readonly document: sdk.WorkflowDocument;
  readonly workflow_id: string;
  readonly execution_id: string;
  readonly file_id: string;
  readonly last_event_id?: string;
  readonly webhook_id: string;
  readonly grace_seconds?: number;
  readonly version: number;
  readonly index: number;
  readonly against?: number;
  readonly token_id: string;
  readonly approval_id: string;
  readonly job_id: string;
  readonly mailbox_id: string;
  readonly subscription_id: string;
  readonly delivery_id: string;
  readonly since: string;
  readonly organisation_id: string;
  readonly secret_name: string;
  readonly variable_name: string;
  readonly sender_name: string;
  readonly provider_name: string;
  readonly step_type: string;
  readonly name: string;
  readonly request: sdk.TokenRequest &
    sdk.SecretRequest &
    sdk.VariableRequest &
    sdk.OrganisationRequest &
    sdk.MailSenderRequest &
    sdk.MailSenderTestRequest &
    sdk.AiProviderRequest &
    sdk.AiProviderTestRequest &
    sdk.ApprovalDecisionRequest &
    sdk.ApprovalLinkRequest &
    sdk.BulkRequest &
    sdk.CreditChange;
  readonly steps?: 'none';
  readonly patch: sdk.WorkflowPatch;
  readonly draft: sdk.WorkflowDraftRequest;
  readonly yaml: string;
  readonly note?: string;
  readonly activate?: boolean;
  readonly if_match?: number | string;
  readonly timeout_ms?: number;
  readonly throw_on_failure?: boolean;
  readonly path: string;
  readonly method: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly payload: string;
  readonly signature: string;
  readonly secret: string;
  readonly now: number;
}
type Options = Record<string, unknown>;

/** The cases' calls in this SDK's words; `a` are their arguments, `o` the options of a call. */
export const CALLS: Record<string, (client: sdk.WorkflowClient, a: Args, o: Options, clock: SkippingClock) => unknown> =
  {
    'workflows.create': (client, { document }, o) => client.workflows.create(document, o),
    'workflows.create_yaml': (client, { yaml }, o) => client.workflows.createYaml(yaml, o),
    'workflows.validate_yaml': (client, { yaml }, o) => client.workflows.validateYaml(yaml, o),
    'workflows.get_yaml': (client, { workflow_id }, o) => client.workflows.getYaml(workflow_id, o),
    'workflows.update_yaml': (client, { workflow_id, yaml, if_match }, o) =>
      client.workflows.updateYaml(workflow_id, yaml, { ...o, ifMatch: if_match }),
    'workflows.draft.get_yaml': (client, { workflow_id }, o) => client.workflows.draft.getYaml(workflow_id, o),
    'workflows.draft.put_yaml': (client, { workflow_id, yaml, if_match }, o) =>
      client.workflows.draft.putYaml(workflow_id, yaml, { ...o, ifMatch: if_match }),
    'workflows.versions.get_yaml': (client, { workflow_id, version }, o) =>
      client.workflows.versions.getYaml(workflow_id, version, o),
    'workflows.test_step': (client, { request }, o) =>
      client.workflows.testStep(request as object as sdk.StepTestRequest, o),
    'workflows.evaluate': (client, { request }, o) => client.workflows.evaluate(request as object, o),
    'workflows.validate': (client, { document }, o) => client.workflows.validate(document, o),
    'workflows.restore': (client, { workflow_id }, o) => client.workflows.restore(workflow_id, o),
    'workflows.list': (client, query, o) => client.workflows.list(query as object, o),
    'workflows.stats': (client, { workflow_id, ...query }, o) =>
      client.workflows.stats(workflow_id, query as object, o),
    'workflows.get': (client, { workflow_id }, o) => client.workflows.get(workflow_id, o),
    'workflows.delete': (client, { workflow_id, if_match }, o) =>
      client.workflows.delete(workflow_id, { ...o, ifMatch: if_match }),
    'workflows.update': (client, { workflow_id, patch, if_match }, o) =>
      client.workflows.update(workflow_id, patch, { ...o, ifMatch: if_match }),
    'workflows.patch': (client, { workflow_id, patch, if_match }, o) =>
      client.workflows.patch(workflow_id, patch, { ...o, ifMatch: if_match }),
    'workflows.activate': (client, { workflow_id, if_match }, o) =>
      client.workflows.activate(workflow_id, { ...o, ifMatch: if_match }),
    'workflows.pause': (client, { workflow_id, if_match }, o) =>
      client.workflows.pause(workflow_id, { ...o, ifMatch: if_match }),
    'workflows.duplicate': (client, { workflow_id }, o) => client.workflows.duplicate(workflow_id, o),
    'workflows.draft.get': (client, { workflow_id }, o) => client.workflows.draft.get(workflow_id, o),
    'workflows.draft.put': (client, { workflow_id, draft, if_match }, o) =>
      client.workflows.draft.put(workflow_id, draft, { ...o, ifMatch: if_match }),
    'workflows.draft.delete': (client, { workflow_id, if_match }, o) =>
      client.workflows.draft.delete(workflow_id, { ...o, ifMatch: if_match }),
    'workflows.draft.publish': (client, { workflow_id, note, activate, if_match }, o) =>
      client.workflows.draft.publish(workflow_id, { note, activate }, { ...o, ifMatch: if_match }),
    'workflows.versions.list': (client, { workflow_id, ...query }, o) =>
      client.workflows.versions.list(workflow_id, query as object, o),
    'workflows.versions.get': (client, { workflow_id, version }, o) =>
      client.workflows.versions.get(workflow_id, version, o),
    'workflows.versions.diff': (client, { workflow_id, version, against }, o) =>
      client.workflows.versions.diff(workflow_id, version, { against }, o),
    'workflows.versions.restore': (client, { workflow_id, version, if_match }, o) =>
      client.workflows.versions.restore(workflow_id, version, { ...o, ifMatch: if_match }),
    'workflows.json_schema': (client, _args, o) => client.workflows.jsonSchema(o),
    'workflows.execute': (client, { workflow_id, ...params }, o) => client.workflows.execute(workflow_id, params, o),
    'workflows.execute_and_wait': (client, { workflow_id, timeout_ms, throw_on_failure, ...params }, o) =>
      client.workflows.executeAndWait(workflow_id, params, { ...o, ...wait(timeout_ms, throw_on_failure) }),
    'workflows.executions.list': (client, { workflow_id, ...query }, o) =>
      client.workflows.executions.list(workflow_id, query, o),
    'workflows.executions.get': (client, { workflow_id, execution_id, steps }, o) =>
      client.workflows.executions.get(workflow_id, execution_id, { ...o, steps }),
    'executions.list': (client, query, o) => client.executions.list(query, o),
    'executions.get': (client, { execution_id, steps }, o) => client.executions.get(execution_id, { ...o, steps }),
    'executions.count': (client, query, o) => client.executions.count(query, o),
    'executions.stats': (client, query, o) => client.executions.stats(query as object, o),
    'executions.list_steps': (client, { execution_id, ...query }, o) =>
      client.executions.listSteps(execution_id, query as object, o),
    'executions.get_step': (client, { execution_id, path }, o) => client.executions.getStep(execution_id, path, o),
    'executions.get_loop': (client, { execution_id, path }, o) => client.executions.getLoop(execution_id, path, o),
    'executions.list_journal': (client, { execution_id, ...query }, o) =>
      client.executions.listJournal(execution_id, query as object, o),
    'executions.events': (client, { execution_id, last_event_id }, o) =>
      client.executions.events(execution_id, { ...o, ...resuming(last_event_id) }),
    'events.stream': (client, { last_event_id, ...query }, o) =>
      client.events.stream(query, { ...o, ...resuming(last_event_id) }),
    'executions.wait': (client, { execution_id, timeout_ms, throw_on_failure }) =>
      client.executions.wait(execution_id, wait(timeout_ms, throw_on_failure)),
    'executions.cancel': (client, { execution_id, request }, o) =>
      client.executions.cancel(execution_id, request as object | undefined, o),
    'executions.signal': (client, { execution_id, name, request }, o) =>
      client.executions.signal(execution_id, name, request as object | undefined, o),
    'executions.pause': (client, { execution_id, request }, o) =>
      client.executions.pause(execution_id, request as object | undefined, o),
    'executions.resume': (client, { execution_id }, o) => client.executions.resume(execution_id, o),
    'executions.bulk': (client, { request }, o) => client.executions.bulk(request, o),
    'executions.retry': (client, { execution_id }, o) => client.executions.retry(execution_id, o),
    'executions.replay': (client, { execution_id, request }, o) =>
      client.executions.replay(execution_id, request as object | undefined, o),
    'executions.replay_plan': (client, { execution_id, ...query }, o) =>
      client.executions.replayPlan(execution_id, query as object, o),
    'executions.get_input': (client, { execution_id }, o) => client.executions.getInput(execution_id, o),
    'executions.get_output': (client, { execution_id }, o) => client.executions.getOutput(execution_id, o),
    'executions.get_step_output': (client, { execution_id, path }, o) =>
      client.executions.getStepOutput(execution_id, path, o),
    'executions.list_files': (client, { execution_id, ...query }, o) =>
      client.executions.listFiles(execution_id, query as object, o),
    'executions.download_file': (client, { file_id }, o) => client.executions.downloadFile(file_id, o),
    'schedules.list': (client, query, o) => client.schedules.list(query as object, o),
    'schedules.list_of_workflow': (client, { workflow_id, ...query }, o) =>
      client.schedules.listOfWorkflow(workflow_id, query as object, o),
    'schedules.preview': (client, { request }, o) => client.schedules.preview(request, o),
    'schedules.trigger': (client, { workflow_id, index }, o) => client.schedules.trigger(workflow_id, index, o),
    'schedules.pause': (client, { workflow_id, index }, o) => client.schedules.pause(workflow_id, index, o),
    'schedules.resume': (client, { workflow_id, index }, o) => client.schedules.resume(workflow_id, index, o),
    'secrets.list': (client, query, o) => client.secrets.list(query as object, o),
    'secrets.put': (client, { secret_name, request, if_match }, o) =>
      client.secrets.put(secret_name, request, { ...o, ifMatch: if_match }),
    'secrets.delete': (client, { secret_name, if_match }, o) =>
      client.secrets.delete(secret_name, { ...o, ifMatch: if_match }),
    'variables.list': (client, query, o) => client.variables.list(query as object, o),
    'variables.put': (client, { variable_name, request, if_match }, o) =>
      client.variables.put(variable_name, request, { ...o, ifMatch: if_match }),
    'variables.delete': (client, { variable_name, if_match }, o) =>
      client.variables.delete(variable_name, { ...o, ifMatch: if_match }),
    'mailboxes.list': (client, query, o) => client.mailboxes.list(query as object, o),
    'mailboxes.create': (client, { request }, o) => client.mailboxes.create(request as never, o),
    'mailboxes.get': (client, { mailbox_id }, o) => client.mailboxes.get(mailbox_id, o),
    'mailboxes.update': (client, { mailbox_id, patch, if_match }, o) =>
      client.mailboxes.update(mailbox_id, patch as never, { ...o, ifMatch: if_match }),
    'mailboxes.delete': (client, { mailbox_id, if_match }, o) =>
      client.mailboxes.delete(mailbox_id, { ...o, ifMatch: if_match }),
    'mailboxes.test': (client, { mailbox_id, request }, o) => client.mailboxes.test(mailbox_id, request as object, o),
    'mailboxes.list_messages': (client, { mailbox_id, ...query }, o) =>
      client.mailboxes.listMessages(mailbox_id, query as object, o),
    'event_subscriptions.list': (client, query, o) => client.eventSubscriptions.list(query as object, o),
    'event_subscriptions.create': (client, { request }, o) => client.eventSubscriptions.create(request as never, o),
    'event_subscriptions.get': (client, { subscription_id }, o) => client.eventSubscriptions.get(subscription_id, o),
    'event_subscriptions.update': (client, { subscription_id, patch, if_match }, o) =>
      client.eventSubscriptions.update(subscription_id, patch as never, { ...o, ifMatch: if_match }),
    'event_subscriptions.delete': (client, { subscription_id, if_match }, o) =>
      client.eventSubscriptions.delete(subscription_id, { ...o, ifMatch: if_match }),
    'event_subscriptions.rotate_secret': (client, { subscription_id }, o) =>
      client.eventSubscriptions.rotateSecret(subscription_id, o),
    'event_subscriptions.test': (client, { subscription_id }, o) => client.eventSubscriptions.test(subscription_id, o),
    'event_subscriptions.list_deliveries': (client, { subscription_id, ...query }, o) =>
      client.eventSubscriptions.listDeliveries(subscription_id, query as object, o),
    'event_subscriptions.redeliver': (client, { subscription_id, delivery_id }, o) =>
      client.eventSubscriptions.redeliver(subscription_id, delivery_id, o),
    'event_subscriptions.redeliver_since': (client, { subscription_id, ...request }, o) =>
      client.eventSubscriptions.redeliverSince(subscription_id, request, o),
    'mail_senders.list': (client, query, o) => client.mailSenders.list(query as object, o),
    'mail_senders.get': (client, { sender_name }, o) => client.mailSenders.get(sender_name, o),
    'mail_senders.put': (client, { sender_name, request, if_match }, o) =>
      client.mailSenders.put(sender_name, request, { ...o, ifMatch: if_match }),
    'mail_senders.delete': (client, { sender_name, if_match }, o) =>
      client.mailSenders.delete(sender_name, { ...o, ifMatch: if_match }),
    'mail_senders.test': (client, { sender_name, request }, o) => client.mailSenders.test(sender_name, request, o),
    'ai_providers.list': (client, query, o) => client.aiProviders.list(query as object, o),
    'ai_providers.get': (client, { provider_name }, o) => client.aiProviders.get(provider_name, o),
    'ai_providers.put': (client, { provider_name, request, if_match }, o) =>
      client.aiProviders.put(provider_name, request, { ...o, ifMatch: if_match }),
    'ai_providers.delete': (client, { provider_name, if_match }, o) =>
      client.aiProviders.delete(provider_name, { ...o, ifMatch: if_match }),
    'ai_providers.test': (client, { provider_name, request }, o) => client.aiProviders.test(provider_name, request, o),
    'ai_models.list': (client, query, o) => client.aiModels.list(query as object, o),
    'credits.get': (client, query, o) => client.credits.get(query as object, o),
    'credits.usage': (client, query, o) => client.credits.usage(query as object, o),
    'tokens.list': (client, query, o) => client.tokens.list(query as object, o),
    'tokens.create': (client, { request }, o) => client.tokens.create(request, o),
    'tokens.update': (client, { token_id, patch, if_match }, o) =>
      client.tokens.update(token_id, patch, { ...o, ifMatch: if_match }),
    'tokens.revoke': (client, { token_id, if_match }, o) => client.tokens.revoke(token_id, { ...o, ifMatch: if_match }),
    'organisations.list': (client, query, o) => client.organisations.list(query as object, o),
    'organisations.create': (client, { request }, o) => client.organisations.create(request, o),
    'organisations.get': (client, { organisation_id }, o) => client.organisations.get(organisation_id, o),
    'organisations.update': (client, { organisation_id, patch, if_match }, o) =>
      client.organisations.update(organisation_id, patch, { ...o, ifMatch: if_match }),
    'organisations.delete': (client, { organisation_id, if_match }, o) =>
      client.organisations.delete(organisation_id, { ...o, ifMatch: if_match }),
    'organisations.add_credits': (client, { organisation_id, request }, o) =>
      client.organisations.addCredits(organisation_id, request, o),
    'organisations.create_token': (client, { organisation_id, request }, o) =>
      client.organisations.createToken(organisation_id, request, o),
    'audit_log.list': (client, query, o) => client.auditLog.list(query as object, o),
    'reference.step_types': (client, _args, o) => client.reference.stepTypes(o),
    'reference.trigger_types': (client, _args, o) => client.reference.triggerTypes(o),
    'reference.expression_helpers': (client, _args, o) => client.reference.expressionHelpers(o),
    'reference.step_schema': (client, { step_type }, o) => client.reference.stepSchema(step_type, o),
    me: (client, _args, o) => client.me(o),
    capabilities: (client, _args, o) => client.capabilities(o),
    'schedules.backfill': (client, { workflow_id, index, request }, o) =>
      client.schedules.backfill(workflow_id, index, request, o),
    'approvals.list': (client, query, o) => client.approvals.list(query, o),
    'approvals.get': (client, { approval_id }, o) => client.approvals.get(approval_id, o),
    'approvals.decide': (client, { approval_id, request }, o) => client.approvals.decide(approval_id, request, o),
    'approvals.create_link': (client, { approval_id, request }, o) =>
      client.approvals.createLink(approval_id, request, o),
    'jobs.list': (client, query, o) => client.jobs.list(query as object, o),
    'jobs.get': (client, { job_id }, o) => client.jobs.get(job_id, o),
    'jobs.cancel': (client, { job_id }, o) => client.jobs.cancel(job_id, o),
    'triggers.list': (client, query, o) => client.triggers.list(query as object, o),
    'webhooks.send': (client, { webhook_id, body, headers }, o) =>
      client.webhooks.send(webhook_id, body, { ...o, headers }),
    'webhooks.list_of_workflow': (client, { workflow_id }, o) => client.webhooks.listOfWorkflow(workflow_id, o),
    'webhooks.rotate_url': (client, { workflow_id, webhook_id, grace_seconds }, o) =>
      client.webhooks.rotateUrl(workflow_id, webhook_id, { grace_seconds }, o),
    'webhooks.rotate_secret': (client, { workflow_id, webhook_id, grace_seconds, secret }, o) =>
      client.webhooks.rotateSecret(workflow_id, webhook_id, { grace_seconds, secret }, o),
    'webhooks.listen': (client, { webhook_id }, o) => client.webhooks.listen(webhook_id, o),
    'webhooks.list_calls': (client, { webhook_id, ...query }, o) =>
      client.webhooks.listCalls(webhook_id, query as object, o),
    'webhooks.test': (client, { webhook_id, body, headers, query }, o) =>
      client.webhooks.test(webhook_id, body, headers || query ? { ...o, sample: { headers, query } } : o),
    'webhooks.verify': (client, args) => client.webhooks.verify(args),
    'webhooks.sign': (client, { payload, secret }) => client.webhooks.sign(payload, secret),
    'webhooks.unwrap': (client, { payload, headers, secret, now }, _o, clock) => {
      clock.set(now * 1000);
      return client.webhooks.unwrap(payload, headers ?? {}, secret);
    },
    request: (client, { method, path, query, body }, o) => client.request(method, path, { ...o, query, body }),
  };

function resuming(lastEventId: string | undefined): { lastEventId?: string } {
  return lastEventId === undefined ? {} : { lastEventId };
}

function wait(timeout: unknown, throwOnFailure: unknown): Options {
  return {
    ...(timeout === undefined ? {} : { timeout }),
    ...(throwOnFailure === undefined ? {} : { throwOnFailure }),
  };
}
