import {
  ActiveSnapshot,
  AppError,
  idMadeOf,
  idTime,
  newId,
  RunRequested,
  VersionSnapshot,
  type ActiveSnapshotValue,
  type KnownTrigger,
  type Reuse,
  type RunRequest,
  type TestRun,
} from '@millrace/contracts';
import { tracedFrom, tracing, WrongSequenceError, type Bus, type PublishOptions } from '@millrace/messaging';
import { isTriggerType, type TriggerType } from '@millrace/schema';
import { keyedWrite } from './keyed-write.js';
import { organisationOf, requireLive } from './organisations.js';
import { ownSnapshot } from './own-snapshot.js';
import { requireStarts } from './starts.js';
import type { StartQuota } from './storage-quota.js';

/** The statuses of a workflow in which it may be started by what is no trigger of its own; these start only what is active. A draft runs only by an explicit call. */
const STARTABLE: Readonly<
  Record<Exclude<KnownTrigger['type'], TriggerType>, readonly ActiveSnapshotValue['status'][]>
> = {
  api: ['active', 'draft'],
  workflow: ['active'],
  failure: ['active'],
  retry: ['active', 'draft'],
  replay: ['active', 'draft'],
  // Somebody repairs what is paused.
  test: ['active', 'draft', 'paused'],
};

const STARTABLE_BY_ITS_TRIGGERS: readonly ActiveSnapshotValue['status'][] = ['active'];

/** Starts that belong to what runs already: it goes on to its end also while the operator has paused all others. */
const PART_OF_WHAT_RUNS: readonly KnownTrigger['type'][] = ['workflow', 'failure'];

/** What is stored of a start: the request in the queue, and the same as the beginning of the journal. */
const COPIES = 2;

/** What is to be started, and why. */
export interface StartRequest {
  readonly trigger: KnownTrigger;
  readonly workflow: {
    readonly organisation_id: string;
    readonly workflow_id: string;
    /** The active one by default. */
    readonly version?: number | undefined;
  };
  /** Called when the workflow may start, so that nothing is decoded for one that may not. Returns plain JSON. */
  readonly input: () => unknown;
  /** A derived id (`derivedId`), where starting twice must be starting once; a new one by default. */
  readonly id?: string;
  /** When the execution was asked for, ISO 8601 with milliseconds; now by default. */
  readonly acceptedAt?: string;
  /** Gives both of these once nothing is left that could refuse the start. */
  readonly choose?: () => Promise<ChosenStart>;
  readonly requestId?: string | undefined;
  /** What the caller names it. */
  readonly label?: string | undefined;
  /** Somebody waits for its response or end. */
  readonly awaited?: boolean | undefined;
  /** What it takes over from another execution. */
  readonly reuse?: Reuse | undefined;
  /** How it differs, of one that only tries something. */
  readonly test?: TestRun | undefined;
}

/** What makes starting twice starting once, where it has to be looked up or kept first. */
export interface ChosenStart {
  readonly id: string;
  readonly acceptedAt: string;
}

/** An execution that is durably accepted: it will run whatever crashes. */
export interface Started {
  readonly execution_id: string;
  readonly workflow_id: string;
  readonly organisation_id: string;
  readonly version: number;
  /** ISO 8601. */
  readonly started_at: string;
  /** True when this start is known to repeat an earlier one. False may be a repetition too: it starts nothing either. */
  readonly duplicate: boolean;
  /** Whether `duplicate` is certain: after an attempt without an answer, the earlier one may be this very start. */
  readonly certain: boolean;
}

/**
 * The one way to start an execution, whatever its trigger. When it resolves, the execution is accepted durably. An id that was
 * started before starts nothing again, for `LIMITS.startOnceMs` after its execution has ended. What it stores is charged to
 * the organisation; without a `quota` nobody is charged.
 * Throws WORKFLOW_NOT_FOUND (also for another organisation's), ORGANISATION_SUSPENDED, WORKFLOW_PAUSED, WORKFLOW_NOT_ACTIVE, VERSION_NOT_FOUND,
 * QUOTA_EXCEEDED, STARTS_PAUSED, STORAGE_FULL, SERVICE_UNAVAILABLE, and what `input` and `choose` throw.
 */
export async function startExecution(
  bus: Pick<Bus, 'publish' | 'snapshots'>,
  quota: StartQuota | null,
  request: StartRequest,
): Promise<Started> {
  if (!PART_OF_WHAT_RUNS.includes(request.trigger.type)) await requireStarts(bus.snapshots);
  return startAdmitted(bus, quota, request, await admitStart(bus, quota, request));
}

/**
 * The first half of {@link startExecution}: whether the execution may be started, and as which version. For who records that before
 * it starts it, so that after a crash it starts just that. Throws the same, but for STORAGE_FULL.
 */
export async function admitStart(
  bus: Pick<Bus, 'snapshots'>,
  quota: StartQuota | null,
  request: Pick<StartRequest, 'trigger' | 'workflow'>,
): Promise<number> {
  const { organisation_id, workflow_id } = request.workflow;
  const active = await ownSnapshot(bus.snapshots, ActiveSnapshot, { workflow_id }, organisation_id);
  if (active === null) throw new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id } });
  requireLive(await organisationOf(bus.snapshots, organisation_id));
  requireStartable(active, request.trigger);
  const version = request.workflow.version ?? active.version;
  if (version !== active.version) await requireVersion(bus, active, version);
  quota?.require(organisation_id);
  return version;
}

/** The second half: starts what was admitted as this version. Throws STORAGE_FULL, SERVICE_UNAVAILABLE, and what `input` and `choose` throw. */
export function startAdmitted(
  bus: Pick<Bus, 'publish'>,
  quota: StartQuota | null,
  request: StartRequest,
  version: number,
): Promise<Started> {
  const attributes = { 'millrace.trigger': request.trigger.type };
  return tracedFrom('start execution', { attributes }, () => startOnce(bus, quota, request, version));
}

async function startOnce(
  bus: Pick<Bus, 'publish'>,
  quota: StartQuota | null,
  request: StartRequest,
  version: number,
): Promise<Started> {
  const { organisation_id, workflow_id } = request.workflow;
  const { trigger, requestId, label, awaited, reuse, test } = request;
  const { id, acceptedAt } = request.choose ? await request.choose() : (startOfWrite() ?? request);
  const execution_id = id ?? newId('execution');
  const accepted_at = acceptedAt ?? new Date().toISOString();
  const traceparent = tracing()?.current?.traceparent;
  const run = {
    execution_id,
    organisation_id,
    workflow_id,
    version,
    generation: 0,
    accepted_at,
    trigger,
    input: request.input(),
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(label === undefined ? {} : { label }),
    ...(awaited === true ? { awaited } : {}),
    ...(reuse === undefined ? {} : { reuse }),
    ...(test === undefined ? {} : { test }),
  };
  const options = {
    acceptance: true,
    ...(requestId === undefined ? {} : { requestId }),
    // The server recognises a message's id for minutes only. A message of the first start is there until the execution ends.
    ...(id === undefined ? {} : { expectLastSequence: 0 }),
  };
  const { bytes, ...stored } = await publishOnce(bus, run, options);
  quota?.charge(organisation_id, COPIES * bytes);
  return { execution_id, workflow_id, organisation_id, version, started_at: accepted_at, ...stored };
}

/** Under an `Idempotency-Key` the same for every repetition. */
function startOfWrite(): ChosenStart | undefined {
  const write = keyedWrite();
  if (write === undefined) return undefined;
  const id = idMadeOf('execution', write.id);
  return { id, acceptedAt: new Date(idTime(id) ?? Date.now()).toISOString() };
}

/** `bytes`: how many are stored now that were not before. */
async function publishOnce(
  bus: Pick<Bus, 'publish'>,
  run: RunRequest,
  options: PublishOptions,
): Promise<{ duplicate: boolean; certain: boolean; bytes: number }> {
  try {
    const { duplicate, bytes } = await bus.publish(RunRequested, run, options);
    return { duplicate, certain: true, bytes: duplicate ? 0 : bytes };
  } catch (error) {
    if (error instanceof WrongSequenceError) return { duplicate: true, certain: error.certain, bytes: 0 };
    throw error;
  }
}

/** Whether a workflow may be started by a trigger of a type. Throws WORKFLOW_PAUSED, WORKFLOW_NOT_ACTIVE. */
export function requireStartable(
  { workflow_id, status }: Pick<ActiveSnapshotValue, 'workflow_id' | 'status'>,
  { type }: Pick<KnownTrigger, 'type'>,
): void {
  const statuses = isTriggerType(type) ? STARTABLE_BY_ITS_TRIGGERS : STARTABLE[type];
  if (statuses.includes(status)) return;
  throw new AppError(status === 'paused' ? 'WORKFLOW_PAUSED' : 'WORKFLOW_NOT_ACTIVE', { details: { workflow_id } });
}

async function requireVersion(
  bus: Pick<Bus, 'snapshots'>,
  { workflow_id, oldest_version = 1 }: ActiveSnapshotValue,
  version: number,
): Promise<void> {
  const snapshot = version < oldest_version ? null : await bus.snapshots.get(VersionSnapshot, { workflow_id, version });
  if (!snapshot) throw new AppError('VERSION_NOT_FOUND', { details: { workflow_id, version } });
}
