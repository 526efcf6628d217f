/** Of streams of events that clients hold open. */
export const LIVE_LIMITS = {
  /** Streams that one gateway holds open, a count; TOO_MANY_STREAMS beyond. */
  liveStreams: 2_000,
  /** Of these, those of one organisation, a count; TOO_MANY_STREAMS beyond. */
  liveStreamsPerOrganisation: 200,
  /** For so long one stream stays open: milliseconds. It ends then, and the client goes on with a new one. */
  liveStreamMs: 60 * 60_000,
  /** Between two signs of life on a stream on which nothing happens: milliseconds. */
  liveHeartbeatMs: 15_000,
  /** For what a client does not take from its stream: milliseconds; the connection is closed beyond. */
  liveStalledMs: 30_000,
  /** Within this time a stream ends whose token is valid no more: milliseconds. */
  liveTokenCheckMs: 3_000,
  /** Least time between two reads for one stream, in milliseconds: what happens meanwhile comes together. */
  liveReadGapMs: 100,
  /** Reads for streams that one gateway makes at once, a count; half of them for one organisation. Others wait for their turn. */
  liveReadsAtOnce: 32,
  /** Events that are read for a stream at once, a count; the next ones when the client has taken them. */
  livePageEvents: 500,
  /** The same for the events of an organisation, each of which is a message of its own. */
  liveOrganisationPageEvents: 100,
  /** Streams that one gateway lets catch up at the same time, a count; half of them of one organisation. Others wait for their turn. */
  liveCatchUpsAtOnce: 2,
  /** The same in bytes of their JSON, to which the last of them may add. */
  livePageBytes: 64 * 1024,
  /** Characters of a message or a reason in an event of a stream; the rest is left out. */
  liveTextCharacters: 1_000,
  /** Least time between two texts of one call of a model that are sent to who follows its execution: milliseconds. */
  liveTextGapMs: 100,
  /** Longest such text, in UTF-16 code units; a longer one comes in several. */
  liveTextPiece: 8_192,
  /** UTF-16 code units of a call's text that wait for a place at which it can be sent without a piece of a secret; of one that has none, nothing more is sent. */
  liveTextHeld: 16 * 1024,
  /** Who gets what the models of one execution write, a count in one executor; others get none of it. */
  liveTextFollowers: 20,
  /** UTF-16 code units of texts that wait for a client which takes none from its stream; further ones are left out. */
  liveTextWaiting: 256 * 1024,
  /** For so long the events of an organisation are announced to its streams after the last sign that one is open: milliseconds. */
  eventWatchMs: 5 * 60_000,
  /** Time for which one listens to the address of a webhook: milliseconds. The stream ends then. */
  listeningMs: 5 * 60_000,
  /** Listeners to addresses of one organisation in one gateway, a count; TOO_MANY_STREAMS beyond. */
  listenersPerOrganisation: 10,
  /** The same of all organisations. */
  listeners: 200,
  /** Listeners to one address that one dispatcher shows calls, a count; further ones are shown none until others leave. */
  shownListenersPerWebhook: 20,
  /** The same to all addresses of one organisation. */
  shownListenersPerOrganisation: 100,
  /** Calls that one listener is shown, a count; the stream ends then. */
  listenedCalls: 100,
  /** Of these, calls that lack what the trigger requires: anybody can make such. Further ones are counted and not shown, and the stream goes on. */
  listenedLackingCalls: 50,
  /** Calls that wait for a listener who does not take them, a count; further ones are counted and not shown. */
  listenedCallsWaiting: 20,
  /** The same in bytes of what is sent for them. */
  listenedBytesWaiting: 1024 * 1024,
  /** Calls of one address that one dispatcher shows in a second, a count; further ones are counted and not shown. */
  listenedCallsPerSecond: 10,
  /** Of these, calls that lack what the trigger requires. */
  listenedLackingCallsPerSecond: 5,
  /** Bytes of the body of a call that a listener is shown, and of its input as JSON: the rest of a body, and a larger input, are left out. */
  listenedBodyBytes: 32 * 1024,
  /** Bytes of a body from which its input is not worked out for a listener. */
  listenedInputBytes: 256 * 1024,
  /** Bytes of the values of headers, and of the query, that a listener is shown; the rest is left out. */
  listenedHeadBytes: 16 * 1024,
} as const;
