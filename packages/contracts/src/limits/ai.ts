/** Of models, and of what they are asked. */
export const AI_LIMITS = {
  /** What an AI step sends to a model, in UTF-8: instructions, prompt and messages together. EXPRESSION_FAILED beyond, AI_CONTEXT_TOO_LONG with what tools have returned. */
  aiPromptBytes: 1024 * 1024,
  /** Files of one AI step, a count; EXPRESSION_FAILED beyond. */
  aiAttachments: 20,
  /** All files of one AI step together; EXPRESSION_FAILED beyond. */
  aiAttachmentBytes: 8 * 1024 * 1024,
  /** Files of an AI step, together, that are no matter for the memory of an executor: beyond, few such calls are made at once. */
  aiSmallAttachmentBytes: 256 * 1024,
  /** Calls with larger files than these that an executor makes at once, and half as many of one organisation; a count. Others wait. */
  aiLargeCallsAtOnce: 8,
  /** Largest answer of a model, as its API sends it; AI_ANSWER_TOO_LARGE beyond. */
  aiAnswerBytes: 4 * 1024 * 1024,
  /** Largest answer, in UTF-8, that is checked against a `response_schema`, and most that one passes to tools; AI_ANSWER_TOO_LARGE beyond. */
  aiCheckedBytes: 256 * 1024,
  /** Values (arrays, objects and their entries) of an answer that is checked against a `response_schema`; AI_ANSWER_TOO_LARGE beyond. A count. */
  aiCheckedValues: 20_000,
  /** Calls of tools that a model may make at once, a count; beyond, the model is asked for the rest again. */
  aiToolCallsPerRound: 8,
  /** Calls of tools that an answer of a model may have, and contents of one that has several, a count; AI_ANSWER_TOO_LARGE beyond. */
  aiToolCallsPerAnswer: 256,
  /** Largest result of a tool, as JSON, that a model gets; beyond, it gets an error instead. */
  aiToolResultBytes: 128 * 1024,
  /** Tokens that a provider may say that one call has used, a count: more than any model reads. Beyond it is not believed, and estimated. */
  aiUsedTokens: 20_000_000,
  /** For one call of a model whose step has no `timeout`, in milliseconds; AI_UNAVAILABLE beyond. */
  aiCallMs: 120_000,
  /** Characters of the name of a model; INVALID_INPUT beyond. */
  aiModelNameLength: 200,
  /** Characters of the address of a provider of models; INVALID_INPUT beyond. */
  aiBaseUrlLength: 2_000,
  /** Models, and aliases, of one provider, a count; INVALID_INPUT beyond. */
  aiModelsPerProvider: 200,
  /** What a million tokens may cost in the settings, in US dollars. */
  aiPrice: 10_000,
  /** Providers of models of one organisation, a count; QUOTA_EXCEEDED beyond. */
  aiProvidersPerOrganisation: 50,
  /** All providers of models of one organisation together, as JSON: they are one snapshot. QUOTA_EXCEEDED beyond. */
  aiProviderBytesPerOrganisation: 128 * 1024,
  /** For the answer to the test of a provider: milliseconds. AI_UNAVAILABLE beyond. */
  aiTestMs: 30_000,
} as const;
