import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import {
  AiProvidersSnapshot,
  EventSubscriptionsSnapshot,
  EventTypesSnapshot,
  isRecordedUnsent,
  MailboxesSnapshot,
  MailSendersSnapshot,
  SecretsSnapshot,
  VariablesSnapshot,
  type SecretsSnapshotValue,
  type SnapshotDefinition,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { SETTINGS_REPOSITORIES, type SettingsName, type SettingsRepository } from '../settings/settings.repository.js';
import type { FormerText, SettingsRecord } from '../settings/settings.schema.js';

const PAGE = 200;

/** A snapshot of all settings of one kind of an organisation. */
type PublishedTexts<Member extends string> = { organisation_id: string } & Record<Member, Record<string, string>>;

/** What is published of the settings of one kind. */
interface Published {
  /** Whether it says what the database says. */
  readonly isCurrent: (snapshots: Bus['snapshots'], record: SettingsRecord) => Promise<boolean>;
  readonly put: (snapshots: Bus['snapshots'], record: SettingsRecord) => Promise<void>;
}

const PUBLISHED: Readonly<Record<SettingsName, Published>> = {
  secrets: secrets(),
  variables: textsIn(VariablesSnapshot, 'variables'),
  mailboxes: textsIn(MailboxesSnapshot, 'mailboxes'),
  senders: textsIn(MailSendersSnapshot, 'senders'),
  providers: textsIn(AiProvidersSnapshot, 'providers'),
  subscriptions: both(eventTypes(), textsIn(EventSubscriptionsSnapshot, 'subscriptions')),
};

/** Makes the snapshots of settings say what the database says. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class SettingSnapshots {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(SETTINGS_REPOSITORIES) private readonly repositories: readonly SettingsRepository[],
  ) {}

  /** Publishes what is stored now; again, when it is written meanwhile: of two publishers the one that ends last has seen the last write. */
  async publish(settings: SettingsRepository, organisationId: string): Promise<void> {
    for (;;) {
      const record = await settings.find(organisationId);
      if (record === null) return;
      await PUBLISHED[settings.kind].put(this.bus.snapshots, record);
      if (await settings.markPublished(organisationId, record.revision)) return;
    }
  }

  /** Publishes what is due. */
  async publishDue(): Promise<void> {
    for (const settings of this.repositories)
      for (const organisationId of await settings.findUnpublished(PAGE)) await this.publish(settings, organisationId);
  }

  /** Publishes whatever the bucket has not, or has differently. */
  async publishAll(signal: AbortSignal): Promise<void> {
    for (const settings of this.repositories) {
      const { isCurrent } = PUBLISHED[settings.kind];
      let page = await settings.walk('', PAGE);
      while (page.length > 0) {
        for (const record of page) {
          if (signal.aborted) return;
          if (!(await isCurrent(this.bus.snapshots, record))) await this.publish(settings, record._id);
        }
        page = await settings.walk(page.at(-1)?._id ?? '', PAGE);
      }
    }
  }
}

/** `member`: where the snapshot has the texts of all entries, by their names. */
function textsIn<Member extends string>(
  snapshot: SnapshotDefinition<PublishedTexts<Member>, { organisation_id: string }>,
  member: Member,
): Published {
  return {
    isCurrent: async (snapshots, record) =>
      isDeepStrictEqual((await snapshots.get(snapshot, record))?.[member], textsOf(record)),
    put: (snapshots, record) => {
      const { organisation_id } = record;
      const value = { organisation_id, [member]: textsOf(record) } as PublishedTexts<Member>;
      return snapshots.put(snapshot, record, value);
    },
  };
}

/** All secrets, and what has been rotated of them: the same text whether its time is over or not, so that it is published once. */
function secrets(): Published {
  const valueOf = (record: SettingsRecord): SecretsSnapshotValue => {
    const former = record.entries.flatMap(({ name, former: before }) => {
      if (before === undefined) return [];
      const { older } = before;
      return [[name, { ...sealedFormer(before), ...(older && { older: older.map(sealedFormer) }) }] as const];
    });
    const { organisation_id } = record;
    const value = { organisation_id, secrets: textsOf(record) };
    return former.length === 0 ? value : { ...value, former: Object.fromEntries(former) };
  };
  return {
    isCurrent: async (snapshots, record) =>
      isDeepStrictEqual(await snapshots.get(SecretsSnapshot, record), valueOf(record)),
    put: (snapshots, record) => snapshots.put(SecretsSnapshot, record, valueOf(record)),
  };
}

function sealedFormer({ text, until }: FormerText): { secret: string; until: string } {
  return { secret: text, until: until.toISOString() };
}

/** The types that subscriptions are about which are sent events, or get them recorded: other services need no more of them, and must not read their sealed secrets. */
function eventTypes(): Published {
  const typesOf = (record: SettingsRecord): string[] => {
    const now = new Date().toISOString();
    const subscriptions = record.entries.map(({ text }) => JSON.parse(text) as StoredEventSubscription);
    const wanting = subscriptions.filter((one) => one.status === 'active' || isRecordedUnsent(one, now));
    return [...new Set(wanting.flatMap(({ events }) => events))].sort();
  };
  return {
    isCurrent: async (snapshots, record) =>
      isDeepStrictEqual((await snapshots.get(EventTypesSnapshot, record))?.types, typesOf(record)),
    put: (snapshots, record) => {
      const { organisation_id } = record;
      return snapshots.put(EventTypesSnapshot, record, { organisation_id, types: typesOf(record) });
    },
  };
}

function both(first: Published, second: Published): Published {
  return {
    isCurrent: async (snapshots, record) =>
      (await first.isCurrent(snapshots, record)) && (await second.isCurrent(snapshots, record)),
    put: async (snapshots, record) => {
      await first.put(snapshots, record);
      await second.put(snapshots, record);
    },
  };
}

function textsOf({ entries }: SettingsRecord): Record<string, string> {
  return Object.fromEntries(entries.map(({ name, text }) => [name, text]));
}
