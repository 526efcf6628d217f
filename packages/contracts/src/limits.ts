/** Sizes and counts that bound what users send. Bytes unless the name says otherwise. */
export const LIMITS = {
  /** Largest JSON body of an API call (workflow documents, execution input). */
  apiBodyBytes: 5 * 1024 * 1024,
  /** Largest body of a webhook call. */
  webhookBodyBytes: 5 * 1024 * 1024,
  /** Nesting of a JSON body; deeper bodies are refused before they reach any recursion of ours. */
  jsonDepth: 150,
  /** Largest output of one step, as JSON. */
  stepOutputBytes: 10 * 1024 * 1024,
  /** Payloads above this go to the object store and travel as a reference. */
  inlinePayloadBytes: 256 * 1024,
  /** Step runs that one answer of the executions API holds at most. */
  stepsPerAnswer: 1_000,
  /** Largest page of a list. */
  pageSize: 100,
} as const;
