import {
  ActiveSnapshot,
  AppError,
  ListAiProviders,
  VersionSnapshot,
  type VersionSnapshotValue,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { marksOf, STEP_TYPES } from '@millrace/schema';
import { StoredAccount } from '@millrace/service-kit/credits';
import { organisationOf } from '@millrace/service-kit/organisations';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';

/** How the types of steps that cost credits are written in a document. */
const ASKING = STEP_TYPES.filter((type) => marksOf(type).asksModels).map((type) => JSON.stringify(type));

/** What is to be started. */
interface Start {
  readonly organisation_id: string;
  readonly workflow_id: string;
  /** The active one by default. */
  readonly version?: number | undefined;
}

/** Whether there is anything left to spend, for starts whose steps ask models. */
export class StartCredits {
  /** By what the snapshots hold in memory. */
  readonly #asksModels = new WeakMap<VersionSnapshotValue, boolean>();

  constructor(private readonly bus: Pick<Bus, 'snapshots' | 'creditRecords' | 'request'>) {}

  /**
   * Throws INSUFFICIENT_CREDITS when the organisation has a balance, there is nothing left of it, and a step of the workflow asks a model that can only be the installation's: the
   * organisation has no provider of its own. An organisation without a balance is recognised from memory, and so is a workflow without such a step. What else is wrong with the start is not
   * looked at.
   */
  async require({ organisation_id, workflow_id, version }: Start): Promise<void> {
    const { snapshots, creditRecords } = this.bus;
    if ((await organisationOf(snapshots, organisation_id))?.limited_credits !== true) return;
    const active = await ownSnapshot(snapshots, ActiveSnapshot, { workflow_id }, organisation_id);
    if (active === null) return;
    const snapshot = await snapshots.get(VersionSnapshot, { workflow_id, version: version ?? active.version });
    if (snapshot === null || !this.#asks(snapshot)) return;
    const record = await creditRecords.read(StoredAccount, { organisation_id });
    if (record?.value.limited !== true || record.value.balance > 0) return;
    if (await this.#mayPayItself(organisation_id)) return;
    throw new AppError('INSUFFICIENT_CREDITS', {
      message: 'The organisation has used up its credits, and a step of the workflow asks a model',
      details: { balance: 0 },
    });
  }

  /**
   * Whether the organisation has a provider of its own. Which one a step asks is known when it runs: its model, and those that come after it, may be
   * expressions. While nobody can say the step decides.
   */
  async #mayPayItself(organisation_id: string): Promise<boolean> {
    try {
      const { providers } = await this.bus.request(ListAiProviders, { organisation_id, limit: 1 });
      return providers.length > 0;
    } catch (error) {
      if (error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE') return true;
      throw error;
    }
  }

  #asks(snapshot: VersionSnapshotValue): boolean {
    let asks = this.#asksModels.get(snapshot);
    if (asks === undefined) {
      asks = ASKING.some((type) => snapshot.document.includes(type)) && hasStep(JSON.parse(snapshot.document));
      this.#asksModels.set(snapshot, asks);
    }
    return asks;
  }
}

/** Whether any step, nested ones included, asks a model. Documents are bounded in depth when they are saved. */
function hasStep(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasStep);
  const { type, id, config } = value as Readonly<Record<string, unknown>>;
  if (typeof type === 'string' && marksOf(type).asksModels && typeof id === 'string' && typeof config === 'object')
    return true;
  return Object.values(value).some(hasStep);
}
