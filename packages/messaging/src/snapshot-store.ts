import { setTimeout as sleep } from 'node:timers/promises';
import type { SnapshotDefinition } from '@millrace/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { LRUCache } from 'lru-cache';
import type { PayloadStore } from './payload-store.js';
import type { Publisher } from './publisher.js';
import type { ReplyMux } from './reply-mux.js';
import { isConcrete } from './concrete-subject.js';
import { knownForm } from './known-form.js';
import { eachBatch, readLast, sequenceOf } from './direct-get.js';
import { snapshotPlaceOf } from './snapshot-buckets.js';
import { SNAPSHOT_CHANGES } from './topology.js';
import { encodeJson, headerOf, newHeaders, SERVER_HEADERS } from './wire.js';

/** How a snapshot is looked for. */
export interface SnapshotOptions {
  /** A miss is remembered for seconds, or until it is announced that there is a value: for addresses that anybody may make up. */
  readonly rememberMiss?: boolean;
  /** What is in memory for this long, in milliseconds, is read again: where a change whose notice was lost must have its effect too. */
  readonly maxAgeMs?: number;
  /** A miss is as much work as a value: where one that is another's is reported as missing, the time must not tell them apart. */
  readonly evenMiss?: boolean;
}

/** Read-only snapshots that their owner publishes, so that no hot path reads a database. */
export interface SnapshotStore {
  /** The value, from memory when it is there; null when there is none. A miss is looked up again each time, unless the options say otherwise. */
  get<V, A>(definition: SnapshotDefinition<V, A>, address: A, options?: SnapshotOptions): Promise<V | null>;
  /** What is in memory: the value, or undefined when it has to be looked up. */
  peek<V, A>(definition: SnapshotDefinition<V, A>, address: A): V | undefined;
  /** All values of a kind, with the part of their keys behind `<kind>.`, as they are stored now; the first part of a key is the kind. */
  all<V, A>(definition: SnapshotDefinition<V, A>): AsyncIterable<{ readonly id: string; readonly value: V }>;
  /**
   * Calls `listener` with the part of the key behind `<kind>.` each time a value of a kind is published or withdrawn, and with null when changes may have been
   * missed because the connection was away. Returns the function that ends it.
   */
  watch<V, A>(definition: SnapshotDefinition<V, A>, listener: (id: string | null) => void): () => void;
  put<V, A>(definition: SnapshotDefinition<V, A>, address: A, value: V): Promise<void>;
  delete<V, A>(definition: SnapshotDefinition<V, A>, address: A): Promise<void>;
}

const CACHE_BYTES = 64 * 1024 * 1024;
const CACHE_ENTRIES = 20_000;
const STALE_READS = 5;
/** Misses are remembered apart, so that they displace no value. */
const MISSING_ENTRIES = 10_000;
const MISSING_MS = 5_000;

interface Cached {
  readonly value: unknown;
  readonly revision: number;
  /** When the read of it began, by `performance.now()`. */
  readonly readAt: number;
}

/**
 * The cache is right because the server publishes each change on `snapshots.<key>` *after* storing it, on the same
 * connection that reads: a change that arrives removes the entry, and its revision guards against an older value that
 * is being read meanwhile (or comes from a replica that lags). What is missed while disconnected cannot be known, so
 * a disconnection empties the cache and nothing is kept until the subscription is active again. What is lost between
 * two servers while the connection to one of them holds, nobody notices: `maxAgeMs` is for what must be right even then.
 */
export class NatsSnapshotStore implements SnapshotStore {
  readonly #cache = new LRUCache<string, Cached>({ max: CACHE_ENTRIES, maxSize: CACHE_BYTES });
  /** The newest revision announced for keys that changed lately. */
  readonly #newest = new LRUCache<string, number>({ max: CACHE_ENTRIES });
  /** What was read last, by kind: opened again for a miss that is to be as much work. */
  readonly #lastRead = new Map<string, Msg>();
  readonly #missing = new LRUCache<string, true>({ max: MISSING_ENTRIES, ttl: MISSING_MS });
  readonly #watchers = new Map<string, Set<(id: string | null) => void>>();
  #subscription: Subscription | undefined;
  #connected = true;
  /** Counts disconnections: a read that began before one must not be kept after it. */
  #epoch = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly replies: ReplyMux,
    private readonly publisher: Publisher,
    private readonly payloads: PayloadStore,
  ) {}

  /** Subscribes to the changes; resolves when the server has the subscription. */
  async start(): Promise<void> {
    const prefix = SNAPSHOT_CHANGES.length + 1;
    this.#subscription = this.connection.subscribe(`${SNAPSHOT_CHANGES}.>`, {
      callback: (error, message) => {
        if (!error) this.#changed(message.subject.slice(prefix), sequenceOf(message));
      },
    });
    await this.connection.flush();
  }

  /** To be called when the connection is lost. */
  disconnected(): void {
    this.#connected = false;
    this.#epoch++;
    this.#forget();
  }

  /** To be called when the connection is back; the client has subscribed again by then. */
  reconnected(): void {
    this.#epoch++;
    this.#forget();
    this.#connected = true;
    for (const listeners of this.#watchers.values()) for (const listener of listeners) listener(null);
  }

  peek<V, A>(definition: SnapshotDefinition<V, A>, address: A): V | undefined {
    return this.#cache.get(definition.key(address))?.value as V | undefined;
  }

  async get<V, A>(
    definition: SnapshotDefinition<V, A>,
    address: A,
    { rememberMiss = false, maxAgeMs = Infinity, evenMiss = false }: SnapshotOptions = {},
  ): Promise<V | null> {
    const key = definition.key(address);
    const cached = this.#cache.get(key);
    if (cached !== undefined && performance.now() - cached.readAt < maxAgeMs) return cached.value as V;
    // An id from outside that is no id names no snapshot.
    if (!isConcrete(key) || (rememberMiss && this.#missing.has(key))) return null;
    const { stream, subject } = snapshotPlaceOf(key);
    for (let read = 1; ; read++) {
      const [epoch, readAt] = [this.#epoch, performance.now()];
      const stored = await readLast(this.replies, stream, subject);
      const revision = stored === null ? 0 : sequenceOf(stored);
      if (revision < (this.#newest.get(key) ?? 0) && read < STALE_READS) {
        await sleep(10 * read);
        continue;
      }
      if (stored === null || isDeletion(stored)) {
        this.#cache.delete(key);
        if (rememberMiss && this.#isCurrent(key, revision, epoch)) this.#missing.set(key, true);
        if (evenMiss) await this.#openForNothing(definition);
        return null;
      }
      return this.#keep(definition, key, stored, { revision, readAt, epoch });
    }
  }

  async *all<V, A>(definition: SnapshotDefinition<V, A>): AsyncGenerator<{ id: string; value: V }> {
    const { stream, subject: prefix } = snapshotPlaceOf(`${definition.name}.`);
    for await (const batch of eachBatch(this.replies, stream, { next_by_subj: `${prefix}>` })) {
      for (const stored of batch) {
        if (isDeletion(stored)) continue;
        const id = (headerOf(stored, SERVER_HEADERS.subject) ?? '').slice(prefix.length);
        yield { id, value: knownValue(definition, await this.payloads.open(stored)) };
      }
    }
  }

  watch<V, A>({ name }: SnapshotDefinition<V, A>, listener: (id: string | null) => void): () => void {
    const listeners = this.#watchers.get(name) ?? new Set();
    this.#watchers.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  async put<V, A>(definition: SnapshotDefinition<V, A>, address: A, value: V): Promise<void> {
    const key = definition.key(address);
    const parcel = await this.payloads.pack(encodeJson(definition.schema.parse(value)));
    const { stream, subject } = snapshotPlaceOf(key);
    const { sequence } = await this.publisher.send(subject, stream, parcel, {});
    this.#changed(key, sequence);
  }

  async delete<V, A>(definition: SnapshotDefinition<V, A>, address: A): Promise<void> {
    const key = definition.key(address);
    const headers = newHeaders();
    headers.set(SERVER_HEADERS.kvOperation, 'DEL');
    const { stream, subject } = snapshotPlaceOf(key);
    const former = await readLast(this.replies, stream, subject);
    const parcel = { data: new Uint8Array(0), objectName: undefined };
    const { sequence } = await this.publisher.send(subject, stream, parcel, {}, headers);
    this.#changed(key, sequence);
    // Payloads of snapshots do not expire.
    if (former !== null) await this.payloads.discard(former);
  }

  close(): void {
    this.#subscription?.unsubscribe();
  }

  async #keep<V, A>(
    definition: SnapshotDefinition<V, A>,
    key: string,
    stored: Msg,
    { revision, readAt, epoch }: { revision: number; readAt: number; epoch: number },
  ): Promise<V> {
    const opened = this.payloads.open(stored);
    const value = knownValue(definition, opened instanceof Promise ? await opened : opened);
    this.#lastRead.set(definition.name, stored);
    const current = this.#isCurrent(key, revision, epoch);
    // Values are kept parsed; their bytes stand for the memory they take.
    if (current) this.#cache.set(key, { value, revision, readAt }, { size: stored.data.length + key.length + 64 });
    return value;
  }

  /** The work of a value that is there: of the last one of its kind. */
  async #openForNothing<V, A>(definition: SnapshotDefinition<V, A>): Promise<void> {
    const last = this.#lastRead.get(definition.name);
    if (last === undefined) return;
    try {
      const opened = this.payloads.open(last);
      definition.schema.parse(opened instanceof Promise ? await opened : opened);
    } catch {
      // A large one may be gone; nobody asked for it.
    }
  }

  #isCurrent(key: string, revision: number, epoch: number): boolean {
    return this.#connected && epoch === this.#epoch && revision >= (this.#newest.get(key) ?? 0);
  }

  #forget(): void {
    this.#cache.clear();
    this.#missing.clear();
  }

  #changed(key: string, revision: number): void {
    this.#missing.delete(key);
    if (revision > (this.#newest.get(key) ?? 0)) this.#newest.set(key, revision);
    const cached = this.#cache.peek(key);
    if (cached !== undefined && cached.revision < revision) this.#cache.delete(key);
    const kind = key.indexOf('.');
    for (const listener of this.#watchers.get(key.slice(0, kind)) ?? []) listener(key.slice(kind + 1));
  }
}

function knownValue<V, A>({ name, schema }: SnapshotDefinition<V, A>, stored: unknown): V {
  return knownForm(`A snapshot "${name}"`, schema, stored);
}

function isDeletion(stored: Msg): boolean {
  return headerOf(stored, SERVER_HEADERS.kvOperation) !== undefined;
}
