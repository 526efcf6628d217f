import { counter, gauge } from '@millrace/service-kit/metrics';

/** Why a stream was over: its last event was sent; its hour; its token; a client that took nothing, or has gone; a gateway that stops; a failure. */
export type StreamEnd = 'ended' | 'time' | 'token' | 'slow' | 'gone' | 'shutdown' | 'failed';

export const streamsOpen = gauge('millrace_live_streams', 'Streams of events that are open');
export const streamsEnded = counter('millrace_live_streams_ended_total', 'Streams of events that are over', ['reason']);
