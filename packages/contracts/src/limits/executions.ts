/** Of executions, their journal, and what is stored of them. */
export const EXECUTION_LIMITS = {
  /** Largest output of one step, as JSON; also the most that an HTTP step reads of an answer. Beyond it OUTPUT_TOO_LARGE. */
  stepOutputBytes: 10 * 1024 * 1024,
  /**
   * What one execution may hold, as JSON: its input, every recorded result, and the items of the loops that are running.
   * Beyond it the execution fails with EXECUTION_TOO_LARGE.
   */
  executionBytes: 64 * 1024 * 1024,
  /** What each step run counts against `executionBytes` beside its output: bounds their number at about 250,000. */
  stepRunBytes: 256,
  /**
   * Share of an executor's heap that its running executions may hold together. Beyond it the one that holds the most fails
   * with EXECUTION_TOO_LARGE. The rest is for what is made of them for a moment: texts to send, values being computed.
   */
  executorHeapShare: 0.4,
  /** Events are split over journal entries of this size; a larger event has an entry of its own. */
  journalEntryBytes: 1024 * 1024,
  /**
   * Runs of one execution in a row that ended with their executor's death and without a step's result. Beyond it the
   * execution fails with EXECUTION_ABANDONED. A count.
   */
  executionLostRuns: 10,
  /** The same in all, also with results between them. A count. */
  executionLostRunsInAll: 100,
  /** What an execution takes over from the one that it retries or replays is read in pages of about this size: bytes of JSON, and one event more. */
  reusedPageBytes: 4 * 1024 * 1024,
  /** For the attempt of a step that is tried: milliseconds. STEP_TIMEOUT beyond. */
  stepTestMs: 50_000,
  /** Steps that one executor tries at once, a count; RATE_LIMIT_EXCEEDED beyond. */
  stepTestsAtOnce: 8,
  /** Of these, those of one organisation, a count; RATE_LIMIT_EXCEEDED beyond. */
  stepTestsAtOncePerOrganisation: 4,
  /** Share of an executor's heap that the steps which are tried may hold together. Beyond it the one that holds the most fails with EXECUTION_TOO_LARGE. */
  stepTestHeapShare: 0.1,
  /** Access tokens that one executor keeps in memory, a count; the one that was not used for the longest time goes. */
  oauthTokens: 1_000,
  circuits: 10_000,
  circuitMisses: 5,
  circuitPauseMs: 5_000,
  circuitLongestPauseMs: 60_000,
  circuitUnderWay: 32,
  circuitSilentMs: 30_000,
  /** For so long a call that waits for its turn at a service keeps its execution in its executor. Milliseconds. */
  originTurnPatienceMs: 1_000,
  /** After so long the place of a call whose turn has come, and which has not come, is somebody else's. Milliseconds. */
  originTurnHeldMs: 3_000,
  /** An execution that waits for its turn looks by itself so often, whatever comes; the more wait before it, the more seldom. Milliseconds. */
  originTurnLookMs: 15_000,
  /** For each so many that wait before it, it looks as much later. A count. */
  originTurnLookSpread: 200,
  /** Calls for which one executor keeps that they wait, a count, and of one organisation no more than are free; others look by themselves. */
  originTurnsWaiting: 10_000,
  /** Calls whose turn has come that came late, and are kept. A count. */
  originTurnsLate: 1_000,
  /** A call that has been under way for so long takes long: milliseconds. Where half of an origin's share do, no more than the share may call it. */
  originQuickMs: 250,
  /** For so long an executor keeps that more than the share may call an origin, while not as many want to: milliseconds. */
  originWindowKeptMs: 10_000,
  /** Longest wait over which an execution stays in its executor; it is suspended for a longer one. Milliseconds. */
  waitInProcessMs: 2_000,
  /** Suspended executions of one organisation that one executor has woken in the same second, a count; others are woken later. */
  wakesPerSecond: 50,
  /**
   * How long after its start an execution may still be waiting. As long as it can, its version is kept, and the streams of its journal.
   * Beyond it WAIT_TOO_LONG. Milliseconds.
   */
  executionWaitMs: 30 * 24 * 60 * 60 * 1_000,
  /**
   * For so long after an execution was accepted its journal has something of it: milliseconds. What has ended is there for
   * `endMarkerMs` or more; the difference is for clocks that differ. Of an older one, that nothing is in the journal says nothing.
   */
  journalCertainMs: 24 * 60 * 60 * 1_000,
  /**
   * For so long after a finished execution was taken out of the journal, a marker of its end is there: milliseconds. NATS has each in its
   * memory. Longer than `startOnceMs`. Of an end that others are to be notified of it stays for the seven days of the journal.
   */
  endMarkerMs: 36 * 60 * 60 * 1_000,
  /** Bytes of a JSON body with a signal, and so of its payload. Beyond it PAYLOAD_TOO_LARGE. */
  signalBodyBytes: 256 * 1024,
  /** Characters of the id by which a repeated signal is recognised. */
  signalIdCharacters: 128,
  /** Signals that an execution was sent and no step has had yet, a count. Beyond it SIGNALS_FULL. */
  signalsKept: 100,
  /** The payloads of these together, as JSON: bytes. */
  signalsKeptBytes: 1024 * 1024,
  /** Signals that one execution is sent in all, a count: each is read whenever it is woken. Beyond it SIGNALS_FULL. */
  signalsPerExecution: 1_000,
  /** Characters of the message of an approval. Beyond it EXPRESSION_FAILED. */
  approvalMessageCharacters: 4_000,
  /** What an approval shows as `data`, as JSON: bytes. Beyond it EXPRESSION_FAILED. */
  approvalDataBytes: 16 * 1024,
  /** Characters of a comment on a decision. Beyond it INVALID_INPUT. */
  approvalCommentCharacters: 1_000,
  /** Bytes of a body with a decision. Beyond it PAYLOAD_TOO_LARGE. */
  approvalBodyBytes: 16 * 1024,
  /** Links that are made to one approval, a count. Beyond it QUOTA_EXCEEDED. */
  approvalLinks: 200,
  /** Links in the mails of one approval, a count. Beyond it QUOTA_EXCEEDED. */
  approvalMailLinks: 5_000,
  /** Times that one mail to an approver is tried, a count. */
  approvalMailAttempts: 5,
  /** Approvals on one page of a list, a count: each has what it shows. */
  approvalPageSize: 50,
  /** Calls of links to approvals from one address, a count for each minute and gateway. Beyond it RATE_LIMIT_EXCEEDED. */
  approvalLinkCallsPerMinute: 60,
  /** Executions that one call cancels, retries or replays, a count. Beyond it INVALID_INPUT. */
  bulkExecutions: 10_000,
  /** Of these, the ids that are read by one query: a count. */
  matchedIdsPage: 1_000,
  /** How often one execution is paused, a count: each is read whenever it is woken. Beyond it QUOTA_EXCEEDED. */
  pausesPerExecution: 1_000,
  /** Executions that wait for a slot of `settings.concurrency`, for each value of its key: a count; CONCURRENCY_QUEUE_FULL beyond. */
  concurrencyWaiting: 1_000,
  /** An execution that waits for a slot looks for one by itself so often, whatever comes: milliseconds. */
  concurrencyLookMs: 10 * 60 * 1_000,
  /** Executions that steps of one execution start, over all attempts, a count; SUB_WORKFLOW_LIMIT beyond. */
  subWorkflowsPerExecution: 10_000,
  /** How deep sub-workflows may start each other: the execution that the first one started with is 0. SUB_WORKFLOW_TOO_DEEP beyond. */
  subWorkflowDepth: 5,
  /** Largest input of a failed execution, as JSON, that its failure workflow is given; a larger one is left out. */
  failureInputBytes: 256 * 1024,
  /**
   * For so long after an execution has ended, another start with its id does nothing: milliseconds. The end
   * marker stays for longer (`endMarkerMs`).
   */
  startOnceMs: 24 * 60 * 60 * 1000,
  /**
   * Processes of history that died while they worked on one journal entry alone. Beyond it the entry becomes a dead letter, and
   * the execution says HISTORY_INCOMPLETE. A count.
   */
  messageDeaths: 3,
  /** Bytes of a value that stays in an entry which is read only for what can be saved of it; larger ones become null. */
  salvagedValueBytes: 1024,
  /**
   * Messages that wait in one executor because their organisations have their share of its slots, in bytes; in number 16 for
   * each slot, 2 of them for one organisation. Beyond it they go back to the queue for a time: nothing fails.
   */
  waitingMessageBytes: 32 * 1024 * 1024,
  /**
   * Messages of an organisation that has a lane of its own which are under way at the same time: its executions that run, and
   * those that wait for a slot in an executor. A count; others wait in the lane.
   */
  ownLaneMessages: 2_000,
  /**
   * Largest payload that a service takes out of the object store; versions before 0.2 had no limit for a journal entry.
   * Beyond it the message becomes a dead letter.
   */
  payloadBytes: 32 * 1024 * 1024,
  /** Payloads above this go to the object store and travel as a reference. */
  inlinePayloadBytes: 256 * 1024,
  /**
   * The most that is kept free of a disk, or of NATS's store, for what runs already: `MILLRACE_STORAGE_RESERVE_PERCENT` of it
   * would be too much of a large one. Below it starts are refused with STORAGE_FULL.
   */
  storageReserveBytes: 2 * 1024 * 1024 * 1024,
  /** Days over which is counted what an organisation has had stored: `MILLRACE_STORAGE_QUOTA_PERCENT`. */
  storageQuotaDays: 7,
  /** What an organisation may have stored in those days where the free space of no store is known. Bytes; QUOTA_EXCEEDED beyond. */
  storageQuotaUnwatchedBytes: 10 * 1024 * 1024 * 1024,
  /** Log lines that wait for an output that takes nothing; further ones are dropped and counted (`millrace_log_lines_lost_total`). */
  logBufferBytes: 1024 * 1024,
  /** Largest response of a `respond` step, as JSON; OUTPUT_TOO_LARGE beyond. */
  responseBytes: 1024 * 1024,
  /** Headers of the response of a `respond` step, names and values together; EXPRESSION_FAILED beyond. */
  responseHeaderBytes: 16 * 1024,
  /** Largest output of a step with `secrets_in_output`, as JSON; OUTPUT_TOO_LARGE beyond. */
  sealedOutputBytes: 64 * 1024,
  /** Texts in all results of one execution that are sealed, in characters: each is looked for in what comes later. OUTPUT_TOO_LARGE beyond. */
  sealedTextCharacters: 16 * 1024,
} as const;
