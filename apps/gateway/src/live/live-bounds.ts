import { LIMITS } from '@millrace/contracts';

/** What bounds open streams. Tests have shorter times. */
export interface LiveBounds {
  /** Streams of the process. */
  readonly all: number;
  /** Streams of an organisation. */
  readonly perOrganisation: number;
  readonly streamMs: number;
  readonly heartbeatMs: number;
  readonly stalledMs: number;
  readonly tokenCheckMs: number;
  readonly readGapMs: number;
  /** Listeners to webhooks. */
  readonly listeners: number;
  readonly listenersPerOrganisation: number;
  readonly listeningMs: number;
}

/** Those of production. */
export const LIVE_BOUNDS: LiveBounds = {
  all: LIMITS.liveStreams,
  perOrganisation: LIMITS.liveStreamsPerOrganisation,
  streamMs: LIMITS.liveStreamMs,
  heartbeatMs: LIMITS.liveHeartbeatMs,
  stalledMs: LIMITS.liveStalledMs,
  tokenCheckMs: LIMITS.liveTokenCheckMs,
  readGapMs: LIMITS.liveReadGapMs,
  listeners: LIMITS.listeners,
  listenersPerOrganisation: LIMITS.listenersPerOrganisation,
  listeningMs: LIMITS.listeningMs,
};

/** Injection token of the {@link LiveBounds} of this process. */
export const LIVE_BOUNDS_OF_PROCESS = Symbol('gateway:live-bounds');
