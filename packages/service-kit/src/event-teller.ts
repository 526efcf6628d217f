import {
  AppError,
  derivedId,
  EventOccurred,
  EventTypesSnapshot,
  EventWatchSnapshot,
  type EventType,
} from '@millrace/contracts';
import { withDeadline, type Bus } from '@millrace/messaging';

/** How long those wait who must not be held up by events. */
const SOON_MS = 2_000;

/** Something that has happened, as the service that it happens in announces it. */
export interface Occurrence {
  readonly organisationId: string;
  readonly type: EventType;
  /** When it happened, ISO 8601. The same in each repetition, unless there is a `since`. */
  readonly at: string;
  /** Of which time the id is made in the place of `at`, where a repetition finds it at another time: ISO 8601, the same in each repetition. */
  readonly since?: string;
  /** Null for what belongs to no workflow. */
  readonly workflowId: string | null;
  /** What distinguishes it from everything else of its type and time in the organisation; the same in each repetition. */
  readonly source: readonly string[];
  /** What subscribers read: ids and facts, no inputs, no outputs and no secrets. At most some kilobytes. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Notifies those who have subscribed of what has happened, and who follows. What nobody subscribes to costs a look into memory. */
export class EventTeller {
  constructor(private readonly bus: Pick<Bus, 'publish' | 'snapshots'>) {}

  /**
   * Whether an active subscription of the organisation is about the type, or somebody follows all its events now. Throws SERVICE_UNAVAILABLE
   * while NATS is away.
   */
  async wants(organisationId: string, type: EventType): Promise<boolean> {
    const address = { organisation_id: organisationId };
    const known = await this.bus.snapshots.get(EventTypesSnapshot, address, { rememberMiss: true });
    if (known?.types.includes(type)) return true;
    const watch = await this.bus.snapshots.get(EventWatchSnapshot, address, { rememberMiss: true });
    return watch !== null && Date.parse(watch.until) > Date.now();
  }

  /**
   * Returns when it is durable, or nobody subscribes to it; may be called again for the same occurrence. Throws SERVICE_UNAVAILABLE,
   * STORAGE_FULL.
   */
  async tell({ organisationId, type, at, since = at, workflowId, source, data }: Occurrence): Promise<void> {
    if (!(await this.wants(organisationId, type))) return;
    await this.bus.publish(EventOccurred, {
      event_id: derivedId('event', Date.parse(since), [organisationId, type, ...source]),
      organisation_id: organisationId,
      workflow_id: workflowId,
      type,
      at,
      data,
    });
  }

  /** As {@link tell}, for those who must not be held up: also throws SERVICE_UNAVAILABLE when it takes 2 s. It may be announced all the same. */
  tellSoon(occurrence: Occurrence): Promise<void> {
    return withDeadline(this.tell(occurrence), SOON_MS, () => {
      throw new AppError('SERVICE_UNAVAILABLE', { message: `No answer came within ${SOON_MS} ms` });
    });
  }

  /** As {@link wants}, and true when that is not known within 2 s: what is announced then is looked up again before it is published. Never throws. */
  async mayWant(organisationId: string, type: EventType): Promise<boolean> {
    return withDeadline(this.wants(organisationId, type), SOON_MS, () => true).catch(() => true);
  }
}
