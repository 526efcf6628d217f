/** Of requests to a gateway: their connections, bodies and keys. */
export const REQUEST_LIMITS = {
  /** Largest JSON body that starts an execution; PAYLOAD_TOO_LARGE beyond. */
  apiBodyBytes: 5 * 1024 * 1024,
  /** Largest JSON body with a workflow document; PAYLOAD_TOO_LARGE beyond. */
  workflowBodyBytes: 1024 * 1024,
  /** Largest JSON body of a call about tokens and other settings; PAYLOAD_TOO_LARGE beyond. */
  settingsBodyBytes: 64 * 1024,
  /** Largest body of a webhook call, decompressed; PAYLOAD_TOO_LARGE beyond. */
  webhookBodyBytes: 5 * 1024 * 1024,
  /**
   * Request bodies that one gateway holds at once. Beyond it the largest that is still arriving, of the organisation that holds the most,
   * is refused with RATE_LIMIT_EXCEEDED.
   */
  heldBodyBytes: 64 * 1024 * 1024,
  /**
   * Answers above `inlinePayloadBytes` that one gateway holds because their clients have not taken them. Beyond it the connection
   * of the largest, of the organisation that holds the most, is closed.
   */
  heldAnswerBytes: 64 * 1024 * 1024,
  /**
   * Bodies and questions above `inlinePayloadBytes`, and questions that take much work, that one process works on at once, of one
   * owner half as many; others wait. As many request bodies are decompressed at once. A count.
   */
  largeBodiesAtOnce: 4,
  /** Bodies above `inlinePayloadBytes` of one owner that arrive at one gateway at a time, or wait there to be worked on; of others no more than that is read. A count. */
  largeBodiesArriving: 6,
  /**
   * So long a body that anybody may send keeps such a place although others of its owner wait for one: milliseconds. Of those that have had theirs for longer the slowest is given up then.
   * Less than they wait.
   */
  largeBodyArrivesMs: 4_000,
  /** So long one does that arrives more slowly than `slowBodyBytesPerSecond`, or whose address had such a place in vain lately: milliseconds. */
  slowBodyArrivesMs: 1_000,
  /** 64 KiB. */
  slowBodyBytesPerSecond: 64 * 1024,
  /** Longest time that a body waits for that, or a compressed one to be decompressed, milliseconds; RATE_LIMIT_EXCEEDED beyond. */
  bodyTurnWaitMs: 10_000,
  /**
   * Bodies of webhook calls that one dispatcher holds decoded, each of which may take thirty times as much: bytes, of one organisation half as many. A larger one
   * than that counts as half; others wait.
   */
  decodedBodyBytes: 4 * 1024 * 1024,
  /** Bodies up to this do not wait for that, and do not count: bytes. */
  decodedUnboundBytes: 16 * 1024,
  /** Longest time that a body waits for that, milliseconds; SERVICE_UNAVAILABLE beyond. Less than the gateway waits for the dispatcher. */
  decodedBodyWaitMs: 5_000,
  /** Of a body that is refused unread, this much is taken off the connection and thrown away; it is closed beyond. */
  discardedBodyBytes: 8 * 1024 * 1024,
  /** Of all such bodies together in a second, in one process: bytes. Beyond it their connections are closed with the response. */
  discardedBytesPerSecond: 16 * 1024 * 1024,
  /** For what is left of a body that is refused unread, in milliseconds; the connection is closed beyond. */
  discardedBodyMs: 5_000,
  /** Pieces in which a request body arrives, each of which costs time, a count; INVALID_INPUT beyond. */
  bodyPieces: 100_000,
  /** For how long one profile looks at what a process does: milliseconds. */
  cpuProfileMs: 30_000,
  /** For whoever asked for a profile to take it: milliseconds. */
  profileTransferMs: 120_000,
  /** Parts that one piece of work has in its trace within a process, a count: what comes beyond is left out of the trace. */
  traceParts: 1_000,
  /** Parts of traces that a process holds until they are sent, a count. */
  traceWaitingParts: 8_192,
  /** Of a body that is refused unread, so many pieces are taken off the connection, a count; it is closed beyond. */
  discardedBodyPieces: 10_000,
  /** For the headers of a request, in milliseconds; the connection gets 408 and is closed beyond. */
  requestHeaderMs: 15_000,
  /** For a whole request, in milliseconds; the connection gets 408 and is closed beyond. */
  requestMs: 60_000,
  /** Between two requests of a connection, in milliseconds; it is closed beyond. */
  idleConnectionMs: 65_000,
  /** In which a connection with an open request neither sends nor takes anything, in milliseconds; it is closed beyond. */
  stalledConnectionMs: 60_000,
  /** Open connections of one address (IPv6: of its /64) to one gateway, a count; further ones are closed. Trusted proxies have no limit. */
  connectionsPerAddress: 4_096,
  /** Requests of one connection that wait for the answer to the one before, a count; the connection is closed beyond. */
  pipelinedRequests: 16,
  /** Request line and headers together; the connection gets 431 and is closed beyond. */
  requestHeaderBytes: 16 * 1024,
  /** Headers of one request, counted; INVALID_INPUT beyond. */
  requestHeaders: 200,
  /** Parameters of a query, fields of a form or parts of a multipart one, counted; INVALID_INPUT beyond. */
  formFields: 1_000,
  /** For so long a gateway goes by what it has read of a token without looking again, in milliseconds; a change that reaches it counts at once. */
  tokenAgeMs: 1_500,
  /** Callers and organisations whose calls one process counts by itself; beyond it the oldest windows are forgotten. */
  rateLimitKeys: 100_000,
  /** Longest NATS subject. The server ends a connection whose command line has 4,096 bytes, reply subject included. */
  subjectBytes: 1_024,
  /** Nesting of a JSON body; deeper bodies are refused before they reach any recursion of ours. */
  jsonDepth: 150,
  /**
   * Arrays, objects and their entries in one JSON text that is parsed: a small text of empty arrays would otherwise become
   * a large heap. Beyond it INVALID_JSON for the body of a request, HTTP_RESPONSE_TOO_LARGE for an answer to an HTTP step, OUTPUT_TOO_LARGE for an output.
   */
  jsonValues: 1_000_000,
  /** Different names of members in one JSON text that is parsed; each costs far more than a repeated one. Refused as above. */
  jsonNames: 100_000,
  /** Numbers in one JSON text that need more digits than a double has; each costs many times another one. Refused as `jsonValues`. */
  jsonExactNumbers: 10_000,
  /** Characters of one number in a JSON text; each further one costs time when it is read, and again whenever it is written. Refused as `jsonValues`. */
  jsonNumberDigits: 10_000,
  /** Calls of the operator in a minute, all gateways together, a count; RATE_LIMIT_EXCEEDED beyond. */
  operatorCallsPerMinute: 1_000,
  /** Longest time that a start waits for the end of its execution when it is asked to: seconds. */
  startWaitSeconds: 60,
  /** For the response of a workflow to the caller of its webhook, where `respond_timeout` says nothing else: milliseconds; a 202 beyond. */
  webhookResponseMs: 30_000,
  /** Starts and webhook calls that wait for their executions in one gateway, a count; further ones get 202 at once. */
  waitingStarts: 2_000,
  /** Of these, those of one organisation, a count; further ones get 202 at once. */
  waitingStartsPerOrganisation: 200,
  /** Characters of an `Idempotency-Key`; INVALID_INPUT beyond. */
  idempotencyKeyLength: 255,
  /** Longest time for which a former address of a webhook, or its former secret, stays valid, in seconds: 30 days. INVALID_INPUT beyond. */
  webhookGraceSeconds: 30 * 24 * 60 * 60,
  /** Former addresses of one webhook trigger that are valid at a time; the oldest end beyond. */
  webhookFormerAddresses: 3,
  /** For so long calls of webhooks are listed, in milliseconds. */
  webhookCallsKeptMs: 7 * 24 * 60 * 60_000,
  /** Calls of one address that are kept; the oldest go. */
  webhookCallsKept: 1_000,
  /** Of these, calls that were refused: anybody can make such. The oldest go. */
  webhookCallsRefusedKept: 200,
  /** Calls of all addresses of one organisation that are kept; the oldest go. */
  webhookCallsKeptOfOrganisation: 20_000,
  /** Calls whose files one dispatcher stores at once; of one organisation half as many. Others wait for their turn. */
  webhookFilesAtOnce: 4,
  /** Longest wait of a call for its turn to have its files stored: milliseconds, less than its gateway waits. SERVICE_UNAVAILABLE beyond. */
  webhookFilesWaitMs: 8_000,
  /** Calls that wait in one dispatcher to be written down; beyond they are counted and not listed. */
  webhookCallsWaiting: 10_000,
  /** The same of one organisation. */
  webhookCallsWaitingOfOrganisation: 1_000,
  /** How far from the time of its arrival a webhook call may have been signed, where its signature has a time: milliseconds. UNAUTHORIZED beyond. */
  signatureAgeMs: 5 * 60 * 1000,
  /** Bytes of a call that can be the handshake by which a sender verifies an address, as Slack's `url_verification`; a larger one is a call as all others. */
  webhookChallengeBytes: 8 * 1024,
  /** Characters of the id of a webhook's delivery, and of what `dedupe_key` gives. INVALID_INPUT beyond. */
  deliveryIdLength: 1_000,
  /** Characters of a template in the config of a trigger that is worked out for each call; a longer one gives nothing. */
  triggerTemplateLength: 8 * 1024,
  /** For so long the record of an `Idempotency-Key` is kept: milliseconds. What it starts must be started once for as long: `startOnceMs`. */
  idempotencyKeyMs: 24 * 60 * 60 * 1000,
  /** Records of `Idempotency-Key`s of all organisations, a count; STORAGE_FULL for a request with a new key beyond. */
  idempotencyKeys: 1_000_000,
  /**
   * Share that one organisation may have of its own records of `Idempotency-Key`s and of those that there is room for; IDEMPOTENCY_KEYS_EXHAUSTED for a
   * request with a new key beyond.
   */
  idempotencyKeysShare: 0.25,
  /** For so long a gateway that says nothing more holds an `Idempotency-Key`, milliseconds. If it has died, a repetition goes on with the write after that. */
  idempotencyLeaseMs: 15_000,
  /** Longest time that a request waits for another one under the same `Idempotency-Key` to be carried out, milliseconds; IDEMPOTENCY_KEY_IN_USE beyond. */
  twinWaitMs: 20_000,
  /** Requests that wait so in one gateway, a count; IDEMPOTENCY_KEY_IN_USE at once beyond. */
  waitingTwins: 1_000,
  /** Of these, those of one organisation, a count; as above. */
  waitingTwinsPerOrganisation: 100,
  /** Largest answer that is kept under an `Idempotency-Key`, compressed and sealed; a repetition gets IDEMPOTENCY_ANSWER_NOT_KEPT beyond. */
  keptAnswerBytes: 64 * 1024,
} as const;
