/** Sizes and counts that bound what users send. Bytes unless the name says otherwise. */
export const LIMITS = {
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
   * owner half as many; others wait. A count.
   */
  largeBodiesAtOnce: 4,
  /** Of a body that is refused unread, this much is taken off the connection and thrown away; it is closed beyond. */
  discardedBodyBytes: 8 * 1024 * 1024,
  /** For what is left of a body that is refused unread, in milliseconds; the connection is closed beyond. */
  discardedBodyMs: 5_000,
  /** Pieces in which a request body arrives, each of which costs time, a count; INVALID_INPUT beyond. */
  bodyPieces: 100_000,
  /** Of a body that is refused unread, so many pieces are taken off the connection, a count; it is closed beyond. */
  discardedBodyPieces: 10_000,
  /** For the headers of a request, in milliseconds; the connection is answered 408 and closed beyond. */
  requestHeaderMs: 15_000,
  /** For a whole request, in milliseconds; the connection is answered 408 and closed beyond. */
  requestMs: 60_000,
  /** Between two requests of a connection, in milliseconds; it is closed beyond. */
  idleConnectionMs: 65_000,
  /** In which a connection with an open request neither sends nor takes anything, in milliseconds; it is closed beyond. */
  stalledConnectionMs: 60_000,
  /** Open connections of one address (IPv6: of its /64) to one gateway, a count; further ones are closed. Trusted proxies have no limit. */
  connectionsPerAddress: 4_096,
  /** Requests of one connection that wait for the answer to the one before, a count; the connection is closed beyond. */
  pipelinedRequests: 16,
  /** Request line and headers together; the connection is answered 431 and closed beyond. */
  requestHeaderBytes: 16 * 1024,
  /** Headers of one request, counted; INVALID_INPUT beyond. */
  requestHeaders: 200,
  /** Parameters of a query or fields of a form, counted; INVALID_INPUT beyond. */
  formFields: 1_000,
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
  /** Longest wait over which an execution stays in its executor; it is suspended for a longer one. Milliseconds. */
  waitInProcessMs: 2_000,
  /** Suspended executions of one organisation that one executor has woken in the same second, a count; others are woken later. */
  wakesPerSecond: 50,
  /**
   * How long after its start an execution may still be waiting. Its journal is kept for seven days at least, and one is for an
   * installation that is down when the time comes. Beyond it WAIT_TOO_LONG. Milliseconds.
   */
  executionWaitMs: 6 * 24 * 60 * 60 * 1_000,
  /**
   * For so long after an execution has ended, another start with its id does nothing: milliseconds. The journal keeps its end
   * marker for longer.
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
  /** Largest input or output, as JSON, that is shown in an execution when it is read; a larger one is replaced by a reference. */
  answerValueBytes: 256 * 1024,
  /** Bytes of the outputs of all step runs in one answer, as JSON; those beyond it are replaced by references. */
  answerBytes: 4 * 1024 * 1024,
  /** Payloads above this go to the object store and travel as a reference. */
  inlinePayloadBytes: 256 * 1024,
  /** Step runs that one answer of the executions API holds at most. */
  stepsPerAnswer: 1_000,
  /** Longest label of an execution, in characters; INVALID_INPUT beyond. */
  labelCharacters: 200,
  /** Least `min_ms` of a list: how long faster executions took is not indexed. Milliseconds; INVALID_INPUT below. */
  durationFilterMs: 100,
  /** Executions that are counted for a filter at most; the answer says when there are more. */
  executionsCounted: 10_000,
  /** Parts in which the summary of a loop shows its iterations, a count. */
  loopCells: 600,
  /** Failed iterations that the summary of a loop names, a count; it says when there are more. */
  loopFailedIndexes: 1_000,
  /** Iterations that the summary of a loop names as its slowest, a count. */
  loopSlowest: 20,
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
  /** Documents of one organisation that one process of `definitions` checks or keeps waiting; SERVICE_UNAVAILABLE beyond. A count. */
  savesPerOrganisation: 50,
  /** Operations of the JSON Patch between two versions, a count; beyond it a whole field of the document is replaced. */
  patchOperations: 5_000,
  /** Characters of all paths of such a patch; as above. */
  patchPathCharacters: 512 * 1024,
  /** Largest JSON body with a draft: its document, its text and its pins; PAYLOAD_TOO_LARGE beyond. */
  draftBodyBytes: 3 * 1024 * 1024,
  /** Characters of the text that a draft was written as; INVALID_INPUT beyond. */
  draftSourceCharacters: 1024 * 1024,
  /** Steps that a draft pins an output to, a count; INVALID_INPUT beyond. All of it is bounded as a document is. */
  draftPins: 1_000,
  /** Characters of the note of a version; INVALID_INPUT beyond. */
  versionNoteCharacters: 500,
  /** Largest value of a secret, in UTF-8; INVALID_INPUT beyond. */
  secretBytes: 16 * 1024,
  /** Secrets of one organisation, a count; QUOTA_EXCEEDED beyond. */
  secretsPerOrganisation: 500,
  /** All secret values of one organisation together, in UTF-8: what may have to be looked for in everything that leaves a step. QUOTA_EXCEEDED beyond. */
  secretBytesPerOrganisation: 32 * 1024,
  /** Secrets and sealed results are masked from this length on, a count of characters: shorter ones turn up by chance. */
  maskedCharacters: 8,
  /** Largest value of a variable of the organisation, as JSON; INVALID_INPUT beyond. */
  variableBytes: 16 * 1024,
  /** Variables of one organisation, a count; QUOTA_EXCEEDED beyond. */
  variablesPerOrganisation: 200,
  /** All values of variables of one organisation together, as JSON: they may be recorded with each start. QUOTA_EXCEEDED beyond. */
  variableBytesPerOrganisation: 64 * 1024,
  /** Longest description of a secret, variable, mail sender or provider of models, in characters; INVALID_INPUT beyond. */
  settingDescriptionCharacters: 500,
  /** Largest JSON body with a secret or variable; PAYLOAD_TOO_LARGE beyond. */
  settingBodyBytes: 128 * 1024,
  /** Mail senders of one organisation, a count; QUOTA_EXCEEDED beyond. */
  mailSendersPerOrganisation: 50,
  /** All mail senders of one organisation together, as JSON: they are one snapshot. QUOTA_EXCEEDED beyond. */
  mailSenderBytesPerOrganisation: 128 * 1024,
  /** Largest password of a mail sender, in UTF-8; INVALID_INPUT beyond. */
  mailPasswordBytes: 1024,
  /** Characters of a server, a user or an address of a mail sender; INVALID_INPUT beyond. */
  mailAddressCharacters: 320,
  /** Largest `rate_per_minute` of a mail sender; INVALID_INPUT beyond. */
  mailSenderRate: 10_000,
  /** For the e-mail of a test: milliseconds. EMAIL_FAILED or EMAIL_POSSIBLY_SENT beyond. */
  mailTestMs: 20_000,
  /** Subscriptions to events of one organisation, a count; QUOTA_EXCEEDED beyond. */
  eventSubscriptionsPerOrganisation: 20,
  /** All subscriptions of one organisation together, as JSON: they are one snapshot. QUOTA_EXCEEDED beyond. */
  eventSubscriptionBytesPerOrganisation: 128 * 1024,
  /** Characters of the address of a subscription; INVALID_INPUT beyond. */
  eventUrlCharacters: 2_000,
  /** Largest event that is sent, as JSON text: what is longer of a message in it is cut off. */
  eventBodyBytes: 16 * 1024,
  /** For one attempt to send an event: milliseconds. */
  eventTimeoutMs: 15_000,
  /** Deliveries that one call sends again, a count. */
  eventRedeliveries: 1_000,
  /** Deliveries of one subscription that are kept, a count: beyond, the oldest go. */
  eventDeliveriesKept: 10_000,
  /** How long deliveries are kept: milliseconds. */
  eventDeliveriesKeptMs: 30 * 24 * 60 * 60 * 1_000,
  /** Largest output of a step with `secrets_in_output`, as JSON; OUTPUT_TOO_LARGE beyond. */
  sealedOutputBytes: 64 * 1024,
  /** Texts in all results of one execution that are sealed, in characters: each is looked for in what comes later. OUTPUT_TOO_LARGE beyond. */
  sealedTextCharacters: 16 * 1024,
  /** Live API tokens of one organisation that were made by the API; QUOTA_EXCEEDED beyond. A count; a few more when several are made at once. */
  tokensPerOrganisation: 100,
  /** Characters of the name of an API token; INVALID_INPUT beyond. */
  tokenNameLength: 200,
  /** Characters of the name of an organisation; INVALID_INPUT beyond. */
  organisationNameLength: 200,
  /** What an AI step sends to a model, in UTF-8: instructions, prompt and messages together. EXPRESSION_FAILED beyond. */
  aiPromptBytes: 1024 * 1024,
  /** Largest answer of a model, as its API sends it; AI_ANSWER_TOO_LARGE beyond. */
  aiAnswerBytes: 4 * 1024 * 1024,
  /** Largest answer, in UTF-8, that is checked against a `response_schema`; AI_ANSWER_TOO_LARGE beyond. */
  aiCheckedBytes: 256 * 1024,
  /** Values (arrays, objects and their entries) of an answer that is checked against a `response_schema`; AI_ANSWER_TOO_LARGE beyond. A count. */
  aiCheckedValues: 20_000,
  /** For one call of a model whose step has no `timeout`, in milliseconds; AI_UNAVAILABLE beyond. */
  aiCallMs: 120_000,
  /** Characters of the name of a model; INVALID_INPUT beyond. */
  aiModelNameLength: 200,
  /** Characters of the address of a provider of models; INVALID_INPUT beyond. */
  aiBaseUrlLength: 2_000,
  /** Models, and aliases, of one provider, a count; INVALID_INPUT beyond. */
  aiModelsPerProvider: 200,
  /** Providers of models of one organisation, a count; QUOTA_EXCEEDED beyond. */
  aiProvidersPerOrganisation: 50,
  /** All providers of models of one organisation together, as JSON: they are one snapshot. QUOTA_EXCEEDED beyond. */
  aiProviderBytesPerOrganisation: 128 * 1024,
  /** For the answer to the test of a provider: milliseconds. AI_UNAVAILABLE beyond. */
  aiTestMs: 30_000,
  /** Calls of the operator in a minute, all gateways together, a count; RATE_LIMIT_EXCEEDED beyond. */
  operatorCallsPerMinute: 1_000,
  /** Scopes that are listed for one API token, a count; INVALID_INPUT beyond. */
  tokenScopes: 50,
  /** Longest time that a start waits for the end of its execution when it is asked to: seconds. */
  startWaitSeconds: 60,
  /** Starts that wait for the end of their executions in one gateway, a count; further ones are answered 202 at once. */
  waitingStarts: 2_000,
  /** Of these, starts of one organisation, a count; further ones are answered 202 at once. */
  waitingStartsPerOrganisation: 200,
  /** Characters of an `Idempotency-Key`; INVALID_INPUT beyond. */
  idempotencyKeyLength: 255,
  /** How far from the time of its arrival a webhook call may have been signed, where its signature has a time: milliseconds. UNAUTHORIZED beyond. */
  signatureAgeMs: 5 * 60 * 1000,
  /** Characters of the id of a webhook's delivery, and of what `dedupe_key` gives. INVALID_INPUT beyond. */
  deliveryIdLength: 1_000,
  /** For so long the record of an `Idempotency-Key` is kept: milliseconds. What it starts must be started once for as long: `startOnceMs`. */
  idempotencyKeyMs: 24 * 60 * 60 * 1000,
  /** Records of `Idempotency-Key`s of all organisations, a count; STORAGE_FULL for a request with a new key beyond. */
  idempotencyKeys: 1_000_000,
  /**
   * Share that one organisation may have of its own records of `Idempotency-Key`s and of those that there is room for; IDEMPOTENCY_KEYS_EXHAUSTED for a
   * request with a new key beyond.
   */
  idempotencyKeysShare: 0.25,
  /** For so long a request holds its `Idempotency-Key` while it is carried out: milliseconds. If its gateway dies, a repetition does the work again after that. */
  idempotencyLeaseMs: 60_000,
  /** Largest answer that is kept under an `Idempotency-Key`, compressed and sealed; a repetition gets IDEMPOTENCY_ANSWER_NOT_KEPT beyond. */
  keptAnswerBytes: 64 * 1024,
  /** Recipients of an e-mail: all of `to`, `cc` and `bcc`, a count; EMAIL_INVALID beyond. */
  mailRecipients: 100,
  /** Characters of the subject of an e-mail; EMAIL_INVALID beyond. */
  mailSubjectCharacters: 998,
  /** Text of an e-mail in UTF-8: body, HTML and Markdown together; EMAIL_INVALID beyond. */
  mailTextBytes: 1024 * 1024,
  /** The Markdown of an e-mail, in characters: making HTML of it holds up the process. EMAIL_INVALID beyond. */
  mailMarkdownCharacters: 128 * 1024,
  /** For one attempt to send an e-mail whose step has no timeout: milliseconds. EMAIL_FAILED or EMAIL_POSSIBLY_SENT beyond. */
  mailSendMs: 120_000,
  /** Connections to the server of one sender that one executor has, a count; further e-mails wait. */
  mailConnections: 3,
  /** For so long a connection to a mail server is kept without an e-mail: milliseconds. */
  mailConnectionIdleMs: 30_000,
  /** Characters of the reply of a mail server that an error shows; the rest is cut. */
  mailReplyCharacters: 500,
  /** Later than this after its nominal time a start counts as missed, and `catch_up` decides about it: milliseconds. */
  scheduleGraceMs: 10_000,
  /** Schedules of one organisation that one scheduler starts at once, a count; others wait for their turn. */
  scheduleStartsAtOnce: 16,
  /** Missed nominal times of one schedule that are counted one by one, a count; its notes say that there were more. */
  scheduleMissedCounted: 100,
  /** Notes about nominal times without an execution that are kept of a schedule, a count; the oldest are forgotten. */
  scheduleNotes: 10,
  /** Times in the preview of a schedule, a count; INVALID_INPUT beyond. */
  schedulePreview: 50,
  /** Mailboxes of one organisation, a count; QUOTA_EXCEEDED beyond. */
  mailboxesPerOrganisation: 50,
  /** All accounts of the mailboxes of one organisation together, as JSON with their sealed secrets. QUOTA_EXCEEDED beyond. */
  mailboxBytesPerOrganisation: 256 * 1024,
  /** Characters of the password or access token of a mailbox; INVALID_INPUT beyond. */
  mailboxSecretCharacters: 4_096,
  /** Characters of a search for workflows, and of a tag that is looked for; INVALID_INPUT beyond. */
  searchCharacters: 200,
  /** Words of a search for workflows that count; further ones are ignored. */
  searchWords: 8,
  /** Different words of the name and description of a workflow that a search finds, the first ones. */
  foundWords: 64,
  /** Characters of each of these words, and of one that is looked for; the rest is ignored. */
  foundWordCharacters: 32,
  /** Buckets of one answer with figures of executions; INVALID_INPUT beyond. */
  statsBuckets: 744,
  /** Buckets when the figures are told apart by workflow; INVALID_INPUT beyond. */
  statsBucketsByWorkflow: 168,
  /** Days of workflows (one for each day on which a workflow ran) that are read for figures by workflow; INVALID_INPUT beyond. */
  statsWorkflowDays: 20_000,
  /** Workflows that figures by workflow name, those with the most executions. */
  statsWorkflows: 20,
  /** Workflows that the capabilities name, a count: the newest ones. */
  capabilitiesWorkflows: 1_000,
  /** Largest page of a list. */
  pageSize: 100,
} as const;
