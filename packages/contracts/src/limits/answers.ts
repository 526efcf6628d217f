/** Of what is read: executions, lists and figures. */
export const ANSWER_LIMITS = {
  /** Largest input or output, as JSON, that is shown in an execution when it is read; a larger one is replaced by a reference. */
  answerValueBytes: 256 * 1024,
  /** Bytes of the outputs of all step runs in one answer, as JSON; those beyond it are replaced by references. */
  answerBytes: 4 * 1024 * 1024,
  /** Files that one gateway sends at once, a count; each holds some 2 MiB while it is read. SERVICE_UNAVAILABLE beyond. */
  downloadsAtOnce: 64,
  /** Those of one organisation. */
  organisationDownloadsAtOnce: 16,
  /** Step runs that one answer of the executions API holds at most. */
  stepsPerAnswer: 1_000,
  /** Longest label of an execution, in characters; INVALID_INPUT beyond. */
  labelCharacters: 200,
  /** Characters of the reason for which an execution is cancelled or paused. */
  cancelReasonCharacters: 500,
  /** Characters of the reason for which all starts are paused; INVALID_INPUT beyond. */
  pauseReasonCharacters: 500,
  /** Side effects under way that are named when an execution is cancelled. */
  inFlightNamed: 100,
  /** Steps whose side effects a replay repeats that its plan names, a count; `repeats_total` counts all. */
  repeatsNamed: 100,
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
  /** Names of models that the capabilities have, a count: the first ones by name. */
  capabilitiesModels: 1_000,
  /** Largest payload of a dead letter, as JSON, that is shown when it is read. */
  deadLetterPayloadBytes: 256 * 1024,
  /** Largest page of a list. */
  pageSize: 100,
  /** Memory that one read of a large execution may need: its largest entry as text and as values, and the answer. Bytes. */
  largeReadBytes: 32 * 1024 * 1024,
  /** What all such reads of a process may need together; further ones wait. */
  largeReadsBytes: 256 * 1024 * 1024,
  /** Share of it that one organisation's reads may need together, so that others are not behind them. */
  largeReadsShare: 0.5,
  /** Reads of large executions that may wait for memory; SERVICE_UNAVAILABLE beyond. A count. */
  largeReadsWaiting: 200,
  /** The same of one organisation. */
  largeReadsWaitingOfOrganisation: 20,
  /**
   * From the question to the last entry that is still read, in milliseconds; SERVICE_UNAVAILABLE beyond. Askers give up after 10 s, and what is read for
   * nobody is taken from everybody.
   */
  largeReadMs: 8_000,
} as const;
