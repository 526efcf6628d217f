import type { BurstLimits } from './lanes/bursts.js';
import type { OwnLaneTimes } from './lanes/lane-policy.js';

/** A stream. Numbers are floors: what an operator has raised on the server is left as it is. */
export interface StreamSpec {
  readonly name: string;
  readonly description: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'workqueue';
  /** 0 keeps messages until they are consumed or deleted. */
  readonly maxAgeMs: number;
  /** How long a `Nats-Msg-Id` is remembered. */
  readonly duplicateWindowMs: number;
  /** Explicit, because servers since 2.15 have a default that `-1` does not lift. */
  readonly maxConsumers: number;
  readonly maxMessagesPerSubject?: number;
  /** In all; no limit by default. A count: NATS would reserve the room for a limit in bytes. */
  readonly maxMessages?: number;
  /** Published again after it is stored, for listeners that need no history. */
  readonly republish?: { readonly src: string; readonly dest: string; readonly headers_only?: boolean };
  /** Key-value and object buckets replace and purge by header. */
  readonly bucket?: 'key-value' | 'object';
  /** A message may replace all earlier ones of its subject, by header. Buckets always allow it. */
  readonly rollup?: boolean;
  /** Messages may expire before the age of the stream, by header. Cannot be taken back. */
  readonly expiring?: boolean;
  /** At a limit of its size it refuses what is new. Without, it drops what is oldest, which must not happen to what only it holds. */
  readonly refusesWhenFull?: boolean;
  /** Messages may be set as timers: the server stores them on another subject of the stream once their time has come. */
  readonly schedules?: boolean;
  /** Blocks that are full are compressed (S2). A stream that was made without gets it with the server's next start. */
  readonly compressed?: boolean;
}

/** A durable pull consumer. `group` is the service that consumes; several consumers of one group and message are its lanes. */
export interface ConsumerSpec {
  readonly stream: string;
  readonly name: string;
  readonly group: string;
  /** Name of the message definition that it delivers. */
  readonly message: string;
  readonly filter: string;
  readonly ackWaitMs: number;
  /** Deliveries before the server gives up; -1 for no limit. */
  readonly maxDeliver: number;
  readonly maxAckPending: number;
  /** A lane that is lent to one organisation: it comes and goes, and no slot is kept for it. */
  readonly own?: true;
  /** The lane of bursts: many share it, and no slot is kept for it, since whoever has a burst has the first of it in another lane. */
  readonly burst?: true;
}

/** All of it; a parameter of `connectBus`, so that tests can shorten times. */
export interface Topology {
  readonly streams: readonly StreamSpec[];
  readonly consumers: readonly ConsumerSpec[];
  /** For so long ahead it is decided which journal stream executions use. */
  readonly journalDecisionMs?: number;
  /** How long lending lanes takes. */
  readonly ownLaneTimes?: Partial<OwnLaneTimes>;
  /** From when on what an organisation publishes is a burst. */
  readonly bursts?: BurstLimits;
}
