import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import {
  AiProvidersSnapshot,
  EventSubscriptionsSnapshot,
  MailboxesSnapshot,
  MailSendersSnapshot,
  SecretsSnapshot,
  VariablesSnapshot,
  type SnapshotDefinition,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import {
  AiProvidersRepository,
  EventSubscriptionsRepository,
  MailboxesRepository,
  MailSendersRepository,
  SecretsRepository,
  VariablesRepository,
  type SettingsRepository,
} from '../settings/settings.repository.js';
import type { SettingsRecord } from '../settings/settings.schema.js';

const PAGE = 200;

/** The kinds of settings, each by the name of what is published of it. */
type SettingsName = 'secrets' | 'variables' | 'mailboxes' | 'senders' | 'providers' | 'subscriptions';

/** A snapshot of all settings of one kind of an organisation. */
type PublishedTexts<Member extends string> = { organisation_id: string } & Record<Member, Record<string, string>>;

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
    private readonly providers: AiProvidersRepository,
    private readonly subscriptions: EventSubscriptionsRepository,
  ) {}

  /** Publishes what an organisation has of a kind now. */
  publish(kind: SettingsName, organisationId: string): Promise<void> {
    return publish(this.kinds()[kind], organisationId);
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

  private kinds(): Readonly<Record<SettingsName, Kind>> {
    return {
      secrets: this.kind(this.secrets, SecretsSnapshot, 'secrets'),
      variables: this.kind(this.variables, VariablesSnapshot, 'variables'),
      mailboxes: this.kind(this.mailboxes, MailboxesSnapshot, 'mailboxes'),
      senders: this.kind(this.senders, MailSendersSnapshot, 'senders'),
      providers: this.kind(this.providers, AiProvidersSnapshot, 'providers'),
      subscriptions: this.kind(this.subscriptions, EventSubscriptionsSnapshot, 'subscriptions'),
    };
  }

  /** `member`: where the snapshot has the texts of all entries, by their names. */
  private kind<Member extends string>(
    settings: SettingsRepository,
    snapshot: SnapshotDefinition<PublishedTexts<Member>, { organisation_id: string }>,
    member: Member,
  ): Kind {
    const { snapshots } = this.bus;
    return {
      settings,
      isPublished: async (record) =>
        isDeepStrictEqual((await snapshots.get(snapshot, record))?.[member], textsOf(record)),
      put: (record) => {
        const { organisation_id } = record;
        const value = { organisation_id, [member]: textsOf(record) } as PublishedTexts<Member>;
        return snapshots.put(snapshot, record, value);
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
