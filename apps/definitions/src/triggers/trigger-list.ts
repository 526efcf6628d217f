import { Inject, Injectable } from '@nestjs/common';
import {
  LIMITS,
  NO_TRIGGER_DETAILS,
  type ListTriggers,
  type MailboxAccount,
  type StoredTrigger,
} from '@millrace/contracts';
import type { z } from 'zod';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { MailboxesRepository } from '../settings/settings.repository.js';
import { TriggerListRepository, type TriggeredWorkflow } from './trigger-list.repository.js';
import type { ListPlace, Receiver } from './trigger-plugin.js';
import { Triggers } from './triggers.js';

/** Triggers of all types as they are stored; whether they are listening is for the services to say that listen. */
@Injectable()
export class TriggerList {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_PUBLIC_URL'>,
    private readonly triggers: Triggers,
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
    const listings = this.triggers.listings().map(([, listing]) => listing);
    const workflows = await this.workflows.from(organisation_id, first, most + 2, listings);
    let receivers: Promise<readonly Receiver[]> | undefined;
    const place = {
      publicUrl: this.config.MILLRACE_PUBLIC_URL,
      receivers: () => (receivers ??= this.#receivers(organisation_id)),
    };
    const all = (await Promise.all(workflows.map((workflow) => this.#triggersOf(workflow, place)))).flat();
    const start = after === undefined ? 0 : all.findIndex((trigger) => isBehind(trigger, after));
    const rest = start < 0 ? [] : all.slice(start);
    const triggers = rest.slice(0, most);
    const has_more = rest.length > most;
    const last = triggers.at(-1);
    return { triggers, has_more, next_cursor: has_more && last !== undefined ? idOf(last) : null };
  }

  async #triggersOf(workflow: TriggeredWorkflow, place: ListPlace): Promise<StoredTrigger[]> {
    const { _id: workflow_id, name: workflow_name, status: workflow_status } = workflow;
    const listed = await Promise.all(
      this.triggers.listings().map(async ([type, { list }]) =>
        (await list(workflow, place)).map((more, index) => ({
          ...{ workflow_id, workflow_name, workflow_status, type, index },
          ...NO_TRIGGER_DETAILS,
          ...more,
        })),
      ),
    );
    return listed.flat();
  }

  async #receivers(organisationId: string): Promise<Receiver[]> {
    const record = await this.mailboxes.find(organisationId);
    return (record?.entries ?? []).map(({ id, text }) => ({
      id,
      address: (JSON.parse(text) as MailboxAccount).address,
    }));
  }
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
