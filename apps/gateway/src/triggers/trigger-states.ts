import type { MailboxHealth, ScheduleResource, StoredTrigger, TriggerResource } from '@millrace/contracts';
import type { ServedTriggerType } from '@millrace/schema';

/** What the services that listen say; null of one that does not respond. */
export interface TriggerStates {
  /** By workflow and index. */
  readonly schedules: ReadonlyMap<string, ScheduleResource> | null;
  /** When addresses were last called, and why some refuse every call, by their ids. */
  readonly calls: {
    readonly last: Readonly<Record<string, string>>;
    readonly refusing?: Readonly<Record<string, string>> | undefined;
    /** Why others take no call by their present secret. */
    readonly impaired?: Readonly<Record<string, string>> | undefined;
  } | null;
  /** By the ids of mailboxes; those that nobody has looked at are missing. */
  readonly health: Readonly<Record<string, MailboxHealth>> | null;
}

/** What a trigger's state is made of. */
type State = Pick<TriggerResource, 'status' | 'reason' | 'last_run_at'> & { readonly next_run_at?: string | null };

type StateOf = (stored: StoredTrigger, states: TriggerStates, health: MailboxHealth | null) => State;

const NOT_LISTENING: Readonly<Record<string, string>> = {
  paused: 'Its workflow is paused: activate it',
  draft: 'Its workflow is a draft: activate it',
};

/** How bad a mailbox is; the worst one counts. */
const WORST = ['unknown', 'unhealthy', 'stopped', 'starting', 'healthy'] as const satisfies MailboxHealth['state'][];

/** A trigger as users see it. */
export function triggerOf(stored: StoredTrigger, states: TriggerStates): TriggerResource {
  const { workflow_id, workflow_name, type, index, webhook, email } = stored;
  const health = email === null ? null : worstOf(email.mailbox_ids, states.health);
  const { next_run_at = null, ...state } = stateOf(stored, states, health);
  // A workflow that may not be started listens to nothing, whatever its triggers do.
  const stopped = NOT_LISTENING[stored.workflow_status];
  return {
    id: `${workflow_id}.${type}.${index}`,
    workflow_id,
    workflow_name,
    type: type as TriggerResource['type'],
    index,
    ...state,
    ...(stopped === undefined ? {} : { status: 'paused', reason: stopped }),
    next_run_at: stopped === undefined ? next_run_at : null,
    webhook,
    email: email && { ...email, health },
  };
}

/** One for every type that is served: without it a new type does not compile. */
const STATES: { readonly [T in ServedTriggerType]: StateOf } = {
  schedule: scheduleState,
  webhook: webhookState,
  email: emailState,
};

function stateOf(stored: StoredTrigger, states: TriggerStates, health: MailboxHealth | null): State {
  if (Object.hasOwn(STATES, stored.type)) return STATES[stored.type as ServedTriggerType](stored, states, health);
  // While an installation is upgraded, `definitions` may know more types.
  return { status: 'unknown', reason: `The gateway does not know the type ${stored.type} yet`, last_run_at: null };
}

function scheduleState({ workflow_id, index }: StoredTrigger, { schedules }: TriggerStates): State {
  if (schedules === null) return unknown('scheduler');
  const schedule = schedules.get(`${workflow_id}.${index}`);
  if (schedule === undefined)
    return { status: 'starting', reason: 'The scheduler has not read it yet', last_run_at: null };
  const { status, next_run_at, last_run } = schedule;
  const last_run_at = last_run?.scheduled_at ?? null;
  if (status === 'ended') return { status, reason: 'No time is left', last_run_at };
  if (status === 'active') return { status: 'listening', reason: null, last_run_at, next_run_at };
  return { status: 'paused', reason: 'The schedule is paused: resume it', last_run_at };
}

function webhookState({ webhook }: StoredTrigger, { calls }: TriggerStates): State {
  if (calls === null) return unknown('webhook-dispatcher');
  const { last, refusing = {}, impaired = {} } = calls;
  const last_run_at = last[webhook?.id ?? ''] ?? null;
  const reason = refusing[webhook?.id ?? ''];
  if (reason !== undefined) return { status: 'unhealthy', reason: `It refuses every call: ${reason}`, last_run_at };
  const partly = impaired[webhook?.id ?? ''];
  if (partly !== undefined) return { status: 'unhealthy', reason: partly, last_run_at };
  return { status: 'listening', reason: null, last_run_at };
}

function emailState({ email }: StoredTrigger, states: TriggerStates, health: MailboxHealth | null): State {
  if (email?.mailbox_ids.length === 0)
    return { status: 'unhealthy', reason: unreceived(email.address), last_run_at: null };
  if (states.health === null) return unknown('email-ingest');
  const last_run_at = health?.last_message_at ?? null;
  if (health === null || health.state === 'starting')
    return { status: 'starting', reason: 'Its mailbox has not been looked at yet', last_run_at };
  if (health.state === 'healthy') return { status: 'listening', reason: null, last_run_at };
  return { status: 'unhealthy', reason: health.error ?? `Its mailbox is ${health.state}`, last_run_at };
}

/** It may be an alias all the same, of which mail comes to another mailbox. */
function unreceived(address: string): string {
  const domain = address.slice(address.lastIndexOf('@'));
  return `No mailbox receives mail to ${address}: set one up, or if it is an alias of one, give that one the address *${domain}`;
}

function unknown(service: string): State {
  return { status: 'unknown', reason: `The service ${service} does not respond`, last_run_at: null };
}

function worstOf(ids: readonly string[], health: TriggerStates['health']): MailboxHealth | null {
  const known = ids.map((id) => health?.[id]);
  // One that nobody has looked at is not listening, however well the others do.
  if (health === null || known.includes(undefined)) return null;
  const badness = (one: MailboxHealth | undefined) => WORST.indexOf(one?.state ?? 'unknown');
  return known.reduce((worst, one) => (badness(one) < badness(worst) ? one : worst), known[0]) ?? null;
}
