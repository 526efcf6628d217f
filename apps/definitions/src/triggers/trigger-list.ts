import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, type ListTriggers, type MailboxAccount, type StoredTrigger } from '@millrace/contracts';
import { mailboxReceives } from '@millrace/schema';
import type { z } from 'zod';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { MailboxesRepository } from '../settings/settings.repository.js';
import { TriggerListRepository, type TriggeredWorkflow } from './trigger-list.repository.js';

/** An address that a mailbox receives. */
interface Receiver {
  readonly id: string;
  readonly address: string;
}

/** Triggers of all types as they are stored; whether they are listening is for the services to say that listen. */
@Injectable()
export class TriggerList {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_PUBLIC_URL'>,
    private readonly workflows: TriggerListRepository,
    private readonly mailboxes: MailboxesRepository,
  ) {}

  /** One page, by workflow, type and index. Throws SERVICE_UNAVAILABLE. */
  async page({
    organisation_id,
    limit,
    starting_after: after,
  }: z.output<typeof ListTriggers.question>): Promise<z.output<typeof ListTriggers.answer>> {
    const most = Math.min(limit, LIMITS.pageSize);
    const [first = ''] = after?.split('.') ?? [];
    // Each has a trigger at least, but those of the first one may all have been on the page before.
    const workflows = await this.workflows.from(organisation_id, first, most + 2);
    const receivers = await this.#receivers(organisation_id, workflows);
    const all = workflows.flatMap((workflow) => this.#triggersOf(workflow, receivers));
    const start = after === undefined ? 0 : all.findIndex((trigger) => isBehind(trigger, after));
    const rest = start < 0 ? [] : all.slice(start);
    const triggers = rest.slice(0, most);
    const has_more = rest.length > most;
    const last = triggers.at(-1);
    return { triggers, has_more, next_cursor: has_more && last !== undefined ? idOf(last) : null };
  }

  #triggersOf(workflow: TriggeredWorkflow, receivers: readonly Receiver[]): StoredTrigger[] {
    const { _id: workflow_id, name: workflow_name, status: workflow_status, webhooks, schedules = [] } = workflow;
    const of = { workflow_id, workflow_name, workflow_status, webhook: null, email: null };
    return [
      ...addressesOf(workflow).map((address, index) => {
        const mailbox_ids = receivers.filter((one) => mailboxReceives(one.address, address)).map(({ id }) => id);
        return { ...of, type: 'email' as const, index, email: { address, mailbox_ids } };
      }),
      ...schedules.map((_, index) => ({ ...of, type: 'schedule' as const, index })),
      ...webhooks.map(({ webhook_id: id, method }, index) => {
        const url = `${this.config.MILLRACE_PUBLIC_URL}/v1/webhooks/${id}`;
        return { ...of, type: 'webhook' as const, index, webhook: { id, url, method } };
      }),
    ];
  }

  async #receivers(organisationId: string, workflows: readonly TriggeredWorkflow[]): Promise<Receiver[]> {
    if (!workflows.some(({ email_triggers }) => email_triggers)) return [];
    const record = await this.mailboxes.find(organisationId);
    return (record?.entries ?? []).map(({ id, text }) => ({
      id,
      address: (JSON.parse(text) as MailboxAccount).address,
    }));
  }
}

function addressesOf({ email_triggers }: TriggeredWorkflow): string[] {
  const configs = JSON.parse(email_triggers ?? '[]') as { readonly address?: unknown }[];
  return configs.map(({ address }) => (typeof address === 'string' ? address : ''));
}

function idOf({ workflow_id, type, index }: StoredTrigger): string {
  return `${workflow_id}.${type}.${index}`;
}

/** Whether a trigger comes after the one with this id in a list. */
function isBehind(trigger: StoredTrigger, id: string): boolean {
  const [workflow = '', type = '', index] = id.split('.');
  if (trigger.workflow_id !== workflow) return trigger.workflow_id > workflow;
  return trigger.type === type ? trigger.index > Number(index) : trigger.type > type;
}
