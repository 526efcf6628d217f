import type { ConsumerConfig, StreamConfig } from '@nats-io/jetstream';

/**
 * What a stream has on the server that Millrace has never put there. Some of it copies what is in a stream to where others read it, or brings in what
 * nobody has sent; whoever may change a stream may set it.
 */

/** What the service that creates a stream takes away when it finds it, and what it is then. */
const TAKEN_AWAY: Partial<Record<keyof StreamConfig, StreamConfig[keyof StreamConfig]>> = {
  sources: [],
  republish: undefined,
  subject_transform: undefined,
  no_ack: false,
};

/** What operators may have set as they like: limits of size, and what changes nothing for who writes or reads. */
const OPERATORS: ReadonlySet<string> = new Set(['max_bytes', 'max_msgs', 'compression', 'metadata']);

/** How the server writes that there is none. */
const NONE: Readonly<Record<string, unknown>> = {
  max_msg_size: -1,
  persist_mode: 'default',
  replay_policy: 'instant',
  // So many pulls may wait.
  max_waiting: 512,
};

/** Where a consumer that was made anew after a loss begins; see consumer-places.ts. */
const PLACES: ReadonlySet<string> = new Set(['opt_start_seq', 'opt_start_time', 'name']);

/** The changes that take away what must not be there; all of it is safe to take away. */
export function withoutSurplus(wanted: Partial<StreamConfig>, existing: StreamConfig): Partial<StreamConfig> {
  const fields = Object.keys(TAKEN_AWAY) as (keyof StreamConfig)[];
  const found = fields.filter((field) => wanted[field] === undefined && !isNone(field, existing[field]));
  return Object.fromEntries(found.map((field) => [field, TAKEN_AWAY[field]]));
}

/** What is there besides, in sentences. */
export function surplusOfStream(wanted: Partial<StreamConfig> & { name: string }, existing: StreamConfig): string[] {
  return surplus(`stream ${wanted.name}`, wanted, existing, (field) => field in TAKEN_AWAY || OPERATORS.has(field));
}

/** The same for a consumer. */
export function surplusOfConsumer(
  stream: string,
  wanted: Partial<ConsumerConfig> & { durable_name: string },
  existing: ConsumerConfig,
): string[] {
  const place = `consumer ${wanted.durable_name} of stream ${stream}`;
  return surplus(place, wanted, existing, (field) => PLACES.has(field) || OPERATORS.has(field));
}

function surplus(place: string, wanted: object, existing: object, mayBe: (field: string) => boolean): string[] {
  return Object.entries(existing)
    .filter(([field, have]) => !(field in wanted) && !mayBe(field) && !isNone(field, have))
    .map(([field, have]) => `${place}: ${field} is ${JSON.stringify(have)}, which Millrace does not set`);
}

function isNone(field: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return true;
  if (typeof value === 'object') return Object.values(value).every((part) => isNone('', part));
  return value === NONE[field];
}
