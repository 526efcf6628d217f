import {
  AddCredits,
  CreateEventSubscription,
  CreateJob,
  CreateMailbox,
  CreateOrganisation,
  CreateToken,
  CreateWorkflow,
  DeleteWorkflow,
  ListWebhooks,
  newIdDigits,
  PatchWorkflow,
  PauseSchedule,
  PublishWorkflowDraft,
  PutAiProvider,
  PutMailSender,
  PutSecret,
  PutVariable,
  PutWorkflowDraft,
  RestoreWorkflow,
  RestoreWorkflowVersion,
  RotateEventSubscriptionSecret,
  RotateWebhookSecret,
  RotateWebhookUrl,
  UpdateEventSubscription,
  UpdateMailbox,
  UpdateOrganisation,
  UpdateToken,
  UpdateWorkflow,
} from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import { DOCUMENT, MAILBOX, SUBSCRIPTION, TOKEN, type KeyedQuestions } from './keyed-writes.fixture.js';

/** Asks for a change, as a part of a write or of none. */
type Change = (write?: KeyedWrite) => Promise<object>;

type Changes = Readonly<Record<string, () => Promise<Change>>>;

/** By the endpoint that asks for it: changes of what is made before. */
export function keyedChanges(of: KeyedQuestions): Changes {
  return {
    ...workflowChanges(of),
    ...draftChanges(of),
    ...triggerChanges(of),
    ...settingChanges(of),
    ...accountChanges(of),
  };
}

function workflowChanges(of: KeyedQuestions): Changes {
  return {
    replaceWorkflowFields: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      return (write) =>
        of.ask(
          UpdateWorkflow,
          { organisation_id: of.organisation_id, workflow_id, patch: { name: 'B' }, if_version: 1 },
          write,
        );
    },
    updateWorkflow: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      return (write) =>
        of.ask(
          PatchWorkflow,
          { organisation_id: of.organisation_id, workflow_id, patch: { name: 'B' }, if_version: 1 },
          write,
        );
    },
    pauseWorkflow: () => toStatus(of, 'active', 'paused'),
    activateWorkflow: () => toStatus(of, 'paused', 'active'),
    restoreWorkflow: async () => {
      const { organisation_id } = of;
      const { id: workflow_id } = await of.aWorkflow();
      await of.ask(DeleteWorkflow, { organisation_id, workflow_id });
      return (write) => of.ask(RestoreWorkflow, { organisation_id, workflow_id }, write);
    },
    restoreWorkflowVersion: async () => {
      const { organisation_id } = of;
      const { id: workflow_id } = await of.aWorkflow();
      await of.ask(UpdateWorkflow, { organisation_id, workflow_id, patch: { name: 'B' } });
      return (write) =>
        of.ask(RestoreWorkflowVersion, { organisation_id, workflow_id, version: 1, if_version: 2 }, write);
    },
  };
}

function draftChanges(of: KeyedQuestions): Changes {
  return {
    putWorkflowDraft: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      const { version } = await of.ask(PutWorkflowDraft, {
        organisation_id: of.organisation_id,
        workflow_id,
        document: DOCUMENT,
      });
      const draft = {
        organisation_id: of.organisation_id,
        workflow_id,
        document: { ...DOCUMENT, name: 'B' },
        if_version: version,
      };
      return (write) => of.ask(PutWorkflowDraft, draft, write);
    },
    'putWorkflowDraft, the first one': async () => {
      const { id: workflow_id } = await of.aWorkflow();
      return (write) =>
        of.ask(PutWorkflowDraft, { organisation_id: of.organisation_id, workflow_id, document: DOCUMENT }, write);
    },
    publishWorkflowDraft: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      const document = { ...DOCUMENT, name: 'B' };
      await of.ask(PutWorkflowDraft, { organisation_id: of.organisation_id, workflow_id, document });
      return (write) => of.ask(PublishWorkflowDraft, { organisation_id: of.organisation_id, workflow_id }, write);
    },
  };
}

function triggerChanges(of: KeyedQuestions): Changes {
  return {
    rotateWebhookSecret: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      const webhook_id = await webhookOf(of, workflow_id);
      return (write) =>
        of.ask(
          RotateWebhookSecret,
          { organisation_id: of.organisation_id, workflow_id, webhook_id, grace_seconds: 60 },
          write,
        );
    },
    rotateWebhookUrl: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      const webhook_id = await webhookOf(of, workflow_id);
      return (write) =>
        of.ask(
          RotateWebhookUrl,
          { organisation_id: of.organisation_id, workflow_id, webhook_id, grace_seconds: 60 },
          write,
        );
    },
    'rotateWebhookUrl, at once': async () => {
      const { id: workflow_id } = await of.aWorkflow();
      const webhook_id = await webhookOf(of, workflow_id);
      return (write) =>
        of.ask(
          RotateWebhookUrl,
          { organisation_id: of.organisation_id, workflow_id, webhook_id, grace_seconds: 0 },
          write,
        );
    },
    pauseSchedule: () => ofSchedule(of, true),
    resumeSchedule: () => ofSchedule(of, false),
    backfillSchedule: async () => {
      const job = { kind: 'backfill' as const, parameters: {}, items: [], request_key: newIdDigits() };
      return async (write) => {
        const { id, parameters } = await of.ask(CreateJob, { organisation_id: of.organisation_id, ...job }, write);
        return { id, parameters };
      };
    },
  };
}

function settingChanges(of: KeyedQuestions): Changes {
  return {
    putSecret: async () => {
      await of.ask(PutSecret, { organisation_id: of.organisation_id, name: 'key', value: 'a' });
      return (write) =>
        of.ask(PutSecret, { organisation_id: of.organisation_id, name: 'key', value: 'b', if_version: 1 }, write);
    },
    putVariable: async () => (write) =>
      of.ask(PutVariable, { organisation_id: of.organisation_id, name: 'v', value: 1 }, write),
    putMailSender: async () => {
      const sender = { host: 'smtp.example.com', from: 'a@example.com' } as never;
      const asked = { organisation_id: of.organisation_id, name: 'a', sender };
      await of.ask(PutMailSender, asked);
      return (write) => of.ask(PutMailSender, { ...asked, if_version: 1 }, write);
    },
    putAiProvider: async () => {
      const provider = { type: 'openai', api_key: 'correct-horse', models: ['a'] } as never;
      const asked = { organisation_id: of.organisation_id, name: 'a', provider };
      await of.ask(PutAiProvider, asked);
      return (write) => of.ask(PutAiProvider, { ...asked, if_version: 1 }, write);
    },
    updateMailbox: async () => {
      const { id: mailbox_id } = await of.ask(CreateMailbox, { organisation_id: of.organisation_id, mailbox: MAILBOX });
      return (write) =>
        of.ask(
          UpdateMailbox,
          { organisation_id: of.organisation_id, mailbox_id, patch: { address: 'b@example.com' }, if_version: 1 },
          write,
        );
    },
  };
}

function accountChanges(of: KeyedQuestions): Changes {
  return {
    updateEventSubscription: async () => {
      const { id } = await of.ask(CreateEventSubscription, {
        organisation_id: of.organisation_id,
        subscription: SUBSCRIPTION,
      });
      const asked = {
        organisation_id: of.organisation_id,
        subscription_id: id,
        patch: { description: 'B' },
        if_version: 1,
      };
      return (write) => of.ask(UpdateEventSubscription, asked, write);
    },
    rotateEventSubscriptionSecret: async () => {
      const { id } = await of.ask(CreateEventSubscription, {
        organisation_id: of.organisation_id,
        subscription: SUBSCRIPTION,
      });
      return (write) =>
        of.ask(RotateEventSubscriptionSecret, { organisation_id: of.organisation_id, subscription_id: id }, write);
    },
    updateToken: async () => {
      const { id: token_id } = await of.ask(CreateToken, {
        organisation_id: of.organisation_id,
        caller_scopes: ['*'],
        token: TOKEN,
      });
      const asked = {
        organisation_id: of.organisation_id,
        token_id,
        caller_scopes: ['*'],
        patch: { name: 'B' },
        if_version: 1,
      };
      return (write) => of.ask(UpdateToken, asked, write);
    },
    updateOrganisation: async () => {
      const { id } = await of.ask(CreateOrganisation, { organisation: { name: 'Acme' } });
      return (write) => of.ask(UpdateOrganisation, { organisation_id: id, patch: { name: 'B' }, if_version: 1 }, write);
    },
    addOrganisationCredits: async () => {
      const { id: organisation_id } = await of.ask(CreateOrganisation, { organisation: { name: 'Acme', credits: 5 } });
      const asked = { organisation_id, change: { amount: 5 }, request_key: newIdDigits() };
      return (write) => of.ask(AddCredits, asked, write);
    },
  };
}

/** Changes that are no matter of `definitions`, or are tried otherwise. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  cancelJob: 'below',
  ...Object.fromEntries(
    ['validateWorkflow', 'evaluateExpression', 'previewSchedule'].map((id) => [id, 'it changes nothing']),
  ),
  ...Object.fromEntries(
    ['executeWorkflow', 'retryExecution', 'replayExecution', 'testWebhook', 'triggerSchedule'].map((id) => [
      id,
      'it is the start of an execution whose id the key keeps, or makes',
    ]),
  ),
  ...Object.fromEntries(
    ['cancelExecution', 'pauseExecution', 'resumeExecution', 'signalExecution', 'decideApproval'].map((id) => [
      id,
      'it is an entry in the journal, which history finds there: apps/history/test',
    ]),
  ),
  ...Object.fromEntries(
    [
      'testMailbox',
      'testEventSubscription',
      'testMailSender',
      'testAiProvider',
      'redeliverEvent',
      'redeliverEvents',
      'requeueDeadLetter',
      'discardDeadLetter',
    ].map((id) => [id, 'docs/api.md says what a repetition does']),
  ),
  ...Object.fromEntries(['pauseStarts', 'resumeStarts'].map((id) => [id, 'made again it is what it is'])),
};

/** A workflow that is in one status, to be given another one. */
async function toStatus(of: KeyedQuestions, from: string, status: string): Promise<Change> {
  const { organisation_id } = of;
  const { id: workflow_id } = await of.aWorkflow();
  if (from !== 'active') await of.ask(UpdateWorkflow, { organisation_id, workflow_id, patch: { status: from } });
  return (write) => of.ask(UpdateWorkflow, { organisation_id, workflow_id, patch: { status } }, write);
}

/** A schedule that is not what it is to become. */
async function ofSchedule(of: KeyedQuestions, paused: boolean): Promise<Change> {
  const { organisation_id } = of;
  const document = { ...DOCUMENT, trigger: { type: 'schedule', config: { cron: '@yearly' } } };
  const { id: workflow_id } = await of.ask(CreateWorkflow, { organisation_id, document });
  const one = { organisation_id, workflow_id, index: 0 };
  if (!paused) await of.ask(PauseSchedule, { ...one, paused: true });
  return (write) => of.ask(PauseSchedule, { ...one, paused }, write);
}

async function webhookOf(of: KeyedQuestions, workflow_id: string): Promise<string> {
  const { webhooks } = await of.ask(ListWebhooks, { organisation_id: of.organisation_id, workflow_id });
  return webhooks[0]?.id as string;
}
