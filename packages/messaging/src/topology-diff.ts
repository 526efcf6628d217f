import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type ConsumerConfig,
  type StreamConfig,
} from '@nats-io/jetstream';
import { withoutSurplus } from './topology-surplus.js';
import type { ConsumerSpec, StreamSpec } from './topology.js';

const NANOS_PER_MS = 1_000_000;

/** The configuration of a stream as the server takes it. */
export function streamConfig(spec: StreamSpec, replicas: number): Partial<StreamConfig> & { name: string } {
  return {
    name: spec.name,
    description: spec.description,
    subjects: [...spec.subjects],
    retention: spec.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: spec.bucket === 'key-value' || spec.refusesWhenFull ? DiscardPolicy.New : DiscardPolicy.Old,
    max_age: spec.maxAgeMs * NANOS_PER_MS,
    duplicate_window: spec.duplicateWindowMs * NANOS_PER_MS,
    max_consumers: spec.maxConsumers,
    max_msgs_per_subject: spec.maxMessagesPerSubject ?? -1,
    ...(spec.maxMessages === undefined ? {} : { max_msgs: spec.maxMessages }),
    num_replicas: replicas,
    allow_direct: true,
    // A timer replaces the one before it by the same header.
    allow_rollup_hdrs: spec.bucket !== undefined || spec.rollup === true || spec.schedules === true,
    // At a limit of its size such a stream drops what is oldest, timers among it; the server has no other way. So it has none.
    ...(spec.schedules ? { allow_msg_schedules: true, allow_msg_ttl: true, max_bytes: -1, max_msgs: -1 } : {}),
    ...(spec.expiring ? { allow_msg_ttl: true } : {}),
    ...(spec.compressed ? { compression: StoreCompression.S2 } : {}),
    ...(spec.republish ? { republish: { ...spec.republish } } : {}),
  };
}

/** The configuration of a consumer as the server takes it. */
export function consumerConfig(spec: ConsumerSpec): Partial<ConsumerConfig> & { durable_name: string } {
  return {
    durable_name: spec.name,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: spec.ackWaitMs * NANOS_PER_MS,
    max_deliver: spec.maxDeliver,
    max_ack_pending: spec.maxAckPending,
  };
}

/** What to do about one existing stream or consumer. */
export interface Difference<Config> {
  /** Fields to change on the server, all of them safe; empty when there are none. */
  readonly update: Partial<Config>;
  /** Sentences about differences that are left to people. */
  readonly unsafe: readonly string[];
}

type Rule = 'same' | 'any' | 'at-least';

/**
 * How a field may differ. `same`: any difference is unsafe. `any`: changed without harm. `at-least`: raised when the
 * server's is lower; a higher one was set by an operator (or by a newer version that runs beside this one) and stays,
 * so that two versions never change it to and fro.
 */
const STREAM_RULES: Partial<Record<keyof StreamConfig, Rule>> = {
  description: 'any',
  retention: 'same',
  storage: 'same',
  discard: 'any',
  max_age: 'at-least',
  duplicate_window: 'at-least',
  max_consumers: 'at-least',
  max_msgs_per_subject: 'same',
  // Streams with timers must have none.
  max_bytes: 'at-least',
  max_msgs: 'at-least',
  num_replicas: 'at-least',
  allow_direct: 'any',
  allow_rollup_hdrs: 'any',
  allow_msg_schedules: 'any',
  allow_msg_ttl: 'any',
  compression: 'any',
  republish: 'any',
};

const CONSUMER_RULES: Partial<Record<keyof ConsumerConfig, Rule>> = {
  filter_subject: 'same',
  ack_policy: 'same',
  deliver_policy: 'same',
  ack_wait: 'any',
  // Lowering it strands messages silently.
  max_deliver: 'at-least',
  max_ack_pending: 'at-least',
};

/** Fields in which "none" is the largest value, and how the server writes it. */
const UNLIMITED: Partial<Record<string, number>> = {
  max_age: 0,
  max_bytes: -1,
  max_msgs: -1,
  max_deliver: -1,
  max_consumers: -1,
  max_ack_pending: -1,
};

/** Compares a stream with what is wanted. Subjects may be added, never taken away. */
export function diffStream(
  wanted: Partial<StreamConfig> & { name: string },
  existing: StreamConfig,
): Difference<StreamConfig> {
  const place = `stream ${wanted.name}`;
  const { update, unsafe } = diffFields(place, wanted, existing, STREAM_RULES);
  Object.assign(update, withoutSurplus(wanted, existing));
  const missing = (wanted.subjects ?? []).filter((subject) => !existing.subjects.includes(subject));
  const surplus = existing.subjects.filter((subject) => !(wanted.subjects ?? []).includes(subject));
  if (surplus.length > 0) {
    unsafe.push(`${place}: subjects has ${surplus.join(', ')} on the server, which Millrace does not want there`);
  } else if (missing.length > 0) {
    update.subjects = wanted.subjects;
  }
  return { update, unsafe };
}

/** Compares a consumer with what is wanted. One that was made anew after a loss begins where it does; see consumer-places.ts. */
export function diffConsumer(
  stream: string,
  all: Partial<ConsumerConfig>,
  existing: ConsumerConfig,
): Difference<ConsumerConfig> {
  const { deliver_policy, ...others } = all;
  const beganLater: readonly DeliverPolicy[] = [DeliverPolicy.StartSequence, DeliverPolicy.StartTime];
  const wanted = beganLater.includes(existing.deliver_policy) ? others : { deliver_policy, ...others };
  return diffFields(`consumer ${wanted.durable_name} of stream ${stream}`, wanted, existing, CONSUMER_RULES);
}

function diffFields<Config extends object>(
  place: string,
  wanted: Partial<Config>,
  existing: Config,
  rules: Partial<Record<keyof Config, Rule>>,
): { update: Partial<Config>; unsafe: string[] } {
  const update: Partial<Config> = {};
  const unsafe: string[] = [];
  for (const field of Object.keys(rules) as (keyof Config & string)[]) {
    const want = wanted[field];
    const have = existing[field];
    if (want === undefined || equal(want, have)) continue;
    const rule = rules[field];
    if (rule === 'same') unsafe.push(`${place}: ${field} is ${show(have)} on the server and must be ${show(want)}`);
    else if (rule === 'any' || isLower(field, have, want)) update[field] = want;
  }
  return { update, unsafe };
}

function isLower(field: string, have: unknown, want: unknown): boolean {
  const size = (value: unknown) => (value === UNLIMITED[field] ? Infinity : Number(value ?? 0));
  return size(have) < size(want);
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  // The server leaves out what is false or empty.
  if (b === undefined) return a === false || a === '';
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return Object.keys(left).every((key) => equal(left[key], right[key]));
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
