import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { OrganisationSnapshot, type OrganisationSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { CreditsService } from '../credits/credits.service.js';
import { OrganisationRemains } from '../organisations/organisation-remains.js';
import type { OrganisationRecord } from '../organisations/organisation.schema.js';
import { OrganisationsRepository } from '../organisations/organisations.repository.js';

const PAGE = 200;

/** For so long after a deletion something may have been made by a call that had begun before it: milliseconds. */
const LATE_MS = 24 * 60 * 60 * 1_000;

/** Makes the snapshots of organisations say what the database says. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class OrganisationSnapshots {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly organisations: OrganisationsRepository,
    private readonly remains: OrganisationRemains,
    private readonly credits: CreditsService,
  ) {}

  /**
   * Gives an organisation the balance that is due, publishes it as it is stored now, and withdraws what a deleted one had. If it is written meanwhile, does so again: of
   * two publishers that overtake each other, the one that ends last has then seen the last write.
   */
  async publish(id: string): Promise<void> {
    for (;;) {
      const record = await this.organisations.findEver(id);
      if (record === null) return;
      const { due_credits: due } = record;
      // First: from when a limit is known on, there is a balance. Doing so again, or after a later change, does nothing.
      if (due) await this.credits.set(id, due.balance, due.revision);
      // First: from here on nothing of a suspended one starts.
      await this.bus.snapshots.put(OrganisationSnapshot, { organisation_id: id }, snapshotOf(record));
      if (record.deleted_at) await this.remains.withdraw(id);
      if (await this.organisations.markPublished(id, record.revision)) return;
    }
  }

  /** Publishes what is due. */
  async publishDue(): Promise<void> {
    for (const id of await this.organisations.findUnpublished(PAGE)) await this.publish(id);
  }

  /** Publishes whatever the bucket has not, or has differently, and looks once more for what lately deleted ones have left. */
  async publishAll(signal: AbortSignal): Promise<void> {
    let page = await this.organisations.walk('', PAGE);
    while (page.length > 0) {
      for (const record of page) {
        if (signal.aborted) return;
        if (record.limited_credits && record.deleted_at === null) await this.credits.restore(record._id);
        if (isLate(record) || !(await this.#isPublished(record))) await this.publish(record._id);
      }
      page = await this.organisations.walk(page.at(-1)?._id ?? '', PAGE);
    }
  }

  async #isPublished(record: OrganisationRecord): Promise<boolean> {
    const published = await this.bus.snapshots.get(OrganisationSnapshot, { organisation_id: record._id });
    return isDeepStrictEqual(published, snapshotOf(record));
  }
}

function isLate({ deleted_at }: OrganisationRecord): boolean {
  return deleted_at !== null && Date.now() - deleted_at.getTime() < LATE_MS;
}

function snapshotOf({
  _id,
  suspended,
  deleted_at,
  limits,
  limited_credits,
}: OrganisationRecord): OrganisationSnapshotValue {
  return {
    organisation_id: _id,
    suspended: suspended || deleted_at !== null,
    ...(limited_credits ? { limited_credits } : {}),
    limits: Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== null)),
  };
}
