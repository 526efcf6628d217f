import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, newId } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import { EverySoMany } from '@millrace/service-kit/every-so-many';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { CLOCK, type Clock } from '../outbound/clock.js';
import { unlistedCalls } from './inbound.metrics.js';
import { WaitingCalls } from './waiting-calls.js';
import type { WebhookCallRecord } from './webhook-call.schema.js';
import { WebhookCallsRepository, type CallOwner } from './webhook-calls.repository.js';

const WRITE_MS = 500;
const PRUNE_MS = 60 * 60 * 1_000;
const BATCH = 1_000;
/** After so many new calls of an owner, what it has too much is forgotten: at most so many more are kept than there should be. */
const UNTIL_PRUNED = 500;
/** Owners whose new calls are counted; beyond, counting begins anew. */
const MOST_OWNERS = 20_000;

/**
 * Writes down what becomes of calls, in batches and behind their backs: no call waits for it, or fails with it. What there is no room for is
 * counted and missing in the list.
 */
@Injectable()
export class CallLog extends UpkeepLoop {
  readonly #waiting = new WaitingCalls();
  readonly #fresh = new EverySoMany(MOST_OWNERS);
  #unlisted = 0;

  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: Database,
    private readonly calls: WebhookCallsRepository,
  ) {
    super(logger);
  }

  /** Never throws, and waits for nothing. */
  note(call: Omit<WebhookCallRecord, '_id' | 'at'>): void {
    if (this.#waiting.add({ _id: newId('webhook_call'), at: new Date(this.clock()), ...call })) return;
    this.#unlisted++;
    unlistedCalls.inc();
  }

  /** Writes what waits. Throws SERVICE_UNAVAILABLE, and what was not written waits on. */
  async write(): Promise<void> {
    if (this.#unlisted > 0) this.logger.warn({ calls: this.#unlisted }, 'Calls of webhooks are missing in their lists');
    this.#unlisted = 0;
    while (this.#waiting.size > 0) {
      const batch = this.#waiting.oldest(BATCH);
      await this.calls.insert(batch);
      this.#waiting.written(batch.length);
      await this.#prune(batch);
    }
  }

  /** What waits is written before the process ends, if the database is there. */
  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    if (this.database.reachable) await this.write().catch(() => undefined);
    unlistedCalls.inc(this.#waiting.size);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing the list of calls', run: () => this.#prepare() },
      tasks: [
        { name: 'Writing down calls', everyMs: WRITE_MS, run: () => this.write() },
        { name: 'Forgetting old calls', everyMs: PRUNE_MS, run: () => this.calls.prune(this.clock()) },
      ],
    };
  }

  async #prepare(): Promise<void> {
    // The upkeep of deliveries makes the connection.
    await this.database.run(async () => undefined);
    await this.calls.model.createIndexes();
  }

  async #prune(batch: readonly WebhookCallRecord[]): Promise<void> {
    for (const { organisation_id, webhook_id } of batch) {
      await this.#pruneOfAddress({ organisation_id, webhook_id });
      if (this.#isTimeFor({ organisation_id }))
        await this.calls.pruneOf({ organisation_id }, LIMITS.webhookCallsKeptOfOrganisation);
    }
  }

  /** Refused calls go first: anybody can make so many of them that they would push all others out. */
  async #pruneOfAddress(owner: CallOwner): Promise<void> {
    if (!this.#isTimeFor(owner)) return;
    await this.calls.pruneOf({ ...owner, verdict: 'refused' }, LIMITS.webhookCallsRefusedKept);
    await this.calls.pruneOf(owner, LIMITS.webhookCallsKept);
  }

  #isTimeFor({ organisation_id, webhook_id = '' }: CallOwner): boolean {
    return this.#fresh.count(`${organisation_id} ${webhook_id}`, UNTIL_PRUNED);
  }
}
