import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import {
  EventSubscriptionsSnapshot,
  MailboxesSnapshot,
  MailSendersSnapshot,
  SecretsSnapshot,
  VariablesSnapshot,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import {
  EventSubscriptionsRepository,
  MailboxesRepository,
  MailSendersRepository,
  SecretsRepository,
  VariablesRepository,
  type SettingsRepository,
} from '../settings/settings.repository.js';
import type { SettingsRecord } from '../settings/settings.schema.js';

const PAGE = 200;

/** Where settings of one kind are and what is published of them. */
interface Kind {
  readonly settings: SettingsRepository;
  readonly isPublished: (record: SettingsRecord) => Promise<boolean>;
  readonly put: (record: SettingsRecord) => Promise<void>;
}

/** Makes the snapshots of settings say what the database says. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class SettingSnapshots {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly secrets: SecretsRepository,
    private readonly variables: VariablesRepository,
    private readonly mailboxes: MailboxesRepository,
    private readonly senders: MailSendersRepository,
    private readonly subscriptions: EventSubscriptionsRepository,
  ) {}

  publishSecrets(organisationId: string): Promise<void> {
    return publish(this.kinds().secrets, organisationId);
  }

  publishVariables(organisationId: string): Promise<void> {
    return publish(this.kinds().variables, organisationId);
  }

  publishMailboxes(organisationId: string): Promise<void> {
    return publish(this.kinds().mailboxes, organisationId);
  }

  publishSenders(organisationId: string): Promise<void> {
    return publish(this.kinds().senders, organisationId);
  }

  publishSubscriptions(organisationId: string): Promise<void> {
    return publish(this.kinds().subscriptions, organisationId);
  }

  /** Publishes what is due. */
  async publishDue(): Promise<void> {
    for (const kind of Object.values(this.kinds()))
      for (const organisationId of await kind.settings.findUnpublished(PAGE)) await publish(kind, organisationId);
  }

  /** Publishes whatever the bucket has not, or has differently. */
  async publishAll(signal: AbortSignal): Promise<void> {
    for (const kind of Object.values(this.kinds())) {
      let page = await kind.settings.walk('', PAGE);
      while (page.length > 0) {
        for (const record of page) {
          if (signal.aborted) return;
          if (!(await kind.isPublished(record))) await publish(kind, record._id);
        }
        page = await kind.settings.walk(page.at(-1)?._id ?? '', PAGE);
      }
    }
  }

  private kinds(): Readonly<Record<'secrets' | 'variables' | 'mailboxes' | 'senders' | 'subscriptions', Kind>> {
    const { snapshots } = this.bus;
    return {
      secrets: {
        settings: this.secrets,
        isPublished: async (record) =>
          isDeepStrictEqual((await snapshots.get(SecretsSnapshot, record))?.secrets, textsOf(record)),
        put: (record) => {
          const { organisation_id } = record;
          return snapshots.put(SecretsSnapshot, record, { organisation_id, secrets: textsOf(record) });
        },
      },
      variables: {
        settings: this.variables,
        isPublished: async (record) =>
          isDeepStrictEqual((await snapshots.get(VariablesSnapshot, record))?.variables, textsOf(record)),
        put: (record) => {
          const { organisation_id } = record;
          return snapshots.put(VariablesSnapshot, record, { organisation_id, variables: textsOf(record) });
        },
      },
      mailboxes: {
        settings: this.mailboxes,
        isPublished: async (record) =>
          isDeepStrictEqual((await snapshots.get(MailboxesSnapshot, record))?.mailboxes, textsOf(record)),
        put: (record) => {
          const { organisation_id } = record;
          return snapshots.put(MailboxesSnapshot, record, { organisation_id, mailboxes: textsOf(record) });
        },
      },
      senders: {
        settings: this.senders,
        isPublished: async (record) =>
          isDeepStrictEqual((await snapshots.get(MailSendersSnapshot, record))?.senders, textsOf(record)),
        put: (record) => {
          const { organisation_id } = record;
          return snapshots.put(MailSendersSnapshot, record, { organisation_id, senders: textsOf(record) });
        },
      },
      subscriptions: {
        settings: this.subscriptions,
        isPublished: async (record) =>
          isDeepStrictEqual((await snapshots.get(EventSubscriptionsSnapshot, record))?.subscriptions, textsOf(record)),
        put: (record) => {
          const { organisation_id } = record;
          return snapshots.put(EventSubscriptionsSnapshot, record, { organisation_id, subscriptions: textsOf(record) });
        },
      },
    };
  }
}

/** Publishes what is stored now; again, when it is written meanwhile: of two publishers the one that ends last has seen the last write. */
async function publish({ settings, put }: Kind, organisationId: string): Promise<void> {
  for (;;) {
    const record = await settings.find(organisationId);
    if (record === null) return;
    await put(record);
    if (await settings.markPublished(organisationId, record.revision)) return;
  }
}

function textsOf({ entries }: SettingsRecord): Record<string, string> {
  return Object.fromEntries(entries.map(({ name, text }) => [name, text]));
}
