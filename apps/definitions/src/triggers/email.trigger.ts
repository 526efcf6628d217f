import { isDeepStrictEqual } from 'node:util';
import { EmailTriggersSnapshot, type EmailTriggersSnapshotValue } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { mailboxReceives } from '@millrace/schema';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import type { TriggerFields, WorkflowRecord } from '../workflows/workflow.schema.js';
import type { ListedTrigger, ListPlace, ServedTriggerPlugin } from './trigger-plugin.js';

/** Where e-mail triggers are published. */
export interface EmailTriggerNeeds {
  readonly snapshots: Pick<Bus['snapshots'], 'get' | 'put' | 'delete'>;
}

/** What `email-ingest` matches messages with is published for each workflow that has such triggers. */
export function emailTrigger({ snapshots }: EmailTriggerNeeds): ServedTriggerPlugin {
  return {
    assign: ({ triggers }) => Promise.resolve({ email_triggers: configsOf(triggers) }),
    listing: {
      filter: { email_triggers: { $type: 'string' } },
      fields: { email_triggers: 1 },
      list,
    },
    snapshots: {
      publish: async (workflow) => {
        const value = snapshotOf(workflow);
        if (value !== null) return snapshots.put(EmailTriggersSnapshot, value, value);
        const address = addressOf(workflow);
        // Most workflows never had any: nothing is written for those.
        if ((await snapshots.get(EmailTriggersSnapshot, address)) !== null)
          await snapshots.delete(EmailTriggersSnapshot, address);
      },
      arePublished: async (workflow) =>
        isDeepStrictEqual(await snapshots.get(EmailTriggersSnapshot, addressOf(workflow)), snapshotOf(workflow)),
    },
  };
}

async function list({ email_triggers }: Partial<TriggerFields>, place: ListPlace): Promise<ListedTrigger[]> {
  const configs = JSON.parse(email_triggers ?? '[]') as { readonly address?: unknown }[];
  if (configs.length === 0) return [];
  const receivers = await place.receivers();
  return configs.map(({ address: given }) => {
    const address = typeof given === 'string' ? given : '';
    const mailbox_ids = receivers.filter((one) => mailboxReceives(one.address, address)).map(({ id }) => id);
    return { email: { address, mailbox_ids } };
  });
}

function configsOf(triggers: readonly JsonObject[]): string | null {
  return triggers.length === 0 ? null : JSON.stringify(triggers.map(({ config }) => (isObject(config) ? config : {})));
}

function addressOf({ organisation_id, _id: workflow_id }: WorkflowRecord) {
  return { organisation_id, workflow_id };
}

function snapshotOf(workflow: WorkflowRecord): EmailTriggersSnapshotValue | null {
  const triggers = workflow.email_triggers ?? null;
  return workflow.deleted_at || triggers === null ? null : { ...addressOf(workflow), triggers };
}
