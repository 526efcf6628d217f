/** What bounds a workflow document. Each may be lowered or raised per validation through `ValidationContext.limits`. */
export const DOCUMENT_LIMITS = {
  /** UTF-16 code units of the document as JSON, or of the YAML or JSON text. Problem `too_large`. */
  documentLength: 1_048_576,
  /** Objects, arrays, texts, numbers and so on in the document, nested ones included. Problem `too_large`. */
  documentValues: 100_000,
  /** Levels of nesting of objects and arrays in the document. Problem `too_deep`. */
  documentDepth: 100,
  /** Steps in the document, nested ones included. Problem `step_limit`. */
  steps: 1_000,
  /** Levels of loops and parallels inside each other. Problem `nesting_limit`. */
  nesting: 5,
  /** Expressions in the document: conditions, and `{{` in texts that are evaluated. Problem `too_large`. */
  expressions: 5_000,
  /** Problems reported; a document with more gets these and one that says so. Problem `too_many_problems`. */
  problems: 500,
} as const;

/** The limits one validation applies. */
export type DocumentLimits = { readonly [K in keyof typeof DOCUMENT_LIMITS]: number };

/** What bounds a document that comes as text, beside the limits of every document: before it is known what the text says. */
export const TEXT_LIMITS = {
  /** Names, values, and dashes of lists: a value of a document has two of them at most. Problem `too_large`. */
  namesAndValues: 200_000,
  /** Commas. Problem `too_large`. */
  commas: 100_000,
  /** Colons behind names, and question marks before them. Problem `too_large`. */
  colons: 200_000,
  /** Line breaks, spaces in one place, comments and closing brackets. Problem `too_large`. */
  otherTokens: 500_000,
  /** Nodes that are marked with `&`. Problem `too_large`. */
  anchors: 100,
  /** Nodes that are repeated with `*`. Problem `too_large`. */
  aliases: 100,
  /** Problems of a text that cannot be read: the first ones are enough to find the mistake. */
  problems: 3,
} as const;

/** For so long at most the caller of a webhook waits for the workflow's response: milliseconds. */
export const RESPOND_TIMEOUT_MS = 60_000;

/** So long after its start an execution may still wait: milliseconds. */
export const EXECUTION_WAIT_MS = 30 * 24 * 60 * 60 * 1_000;

/** What is looked up outside of a document before it is validated; what is beyond that is not checked. */
export const LOOKUP_LIMITS = {
  /** Workflows that the document names. */
  workflows: 1_000,
  /** Sources of `code` steps: as many texts as a document has room for at their greatest length. */
  sources: 100,
} as const;

/** What bounds single fields of a document, so that no pattern is tried on a long text. Problem `invalid_value`. */
export const FIELD_LIMITS = {
  /** Characters of a cron expression: every minute, hour and day listed one by one has 700. */
  cronLength: 1_000,
  /** Characters of the name of a time zone. */
  timezoneLength: 64,
  /** Characters of a duration. */
  durationLength: 32,
  /** Characters of an e-mail address (RFC 5321: 64, `@` and 255). */
  emailAddressLength: 320,
  /** Characters that a filter of an e-mail trigger looks for. */
  filterLength: 1_000,
  /** Characters of the name of a workflow. */
  workflowNameLength: 200,
  /** Tags of a workflow. */
  tags: 20,
  /** Characters of a tag. */
  tagLength: 50,
  /** Characters of the id of a workflow. */
  workflowIdLength: 64,
  /** The most that `settings.retention_count` may be, a count. */
  retentionCount: 100_000,
  /** Triggers of a workflow. */
  triggers: 20,
  /** Steps that one branch runs in order. */
  targets: 1_000,
  /** Addresses in one field of an e-mail or approval. */
  addresses: 100,
  /** Approvals that a step may require. */
  approvals: 20,
  /** Reminders that a step may wish for. */
  approvalReminders: 20,
  /** Statuses that count as success: 100 to 599, and `1xx` to `5xx`. */
  statuses: 505,
  /** Query parameters of a request. */
  queryParameters: 100,
  /** Values of one query parameter. */
  queryValues: 100,
  /** Parts of a multipart request. */
  parts: 100,
  /** Pages of a list that a request reads. */
  pages: 100,
  /** Attachments of an e-mail, or of a question to a model. */
  attachments: 20,
  /** Characters of a text of `auth` of a request, with its expressions. */
  templateLength: 65_536,
  /** Cases of a switch. */
  cases: 100,
  /** Branches of a parallel. */
  branches: 50,
  /** Headers of a request or an answer. */
  headers: 100,
  /** Messages of a conversation with a model. */
  messages: 200,
  /** Models that are asked when the first one fails. */
  fallbacks: 5,
  /** Characters of the name of a model. */
  modelLength: 200,
  /** Workflows that a model may use as tools. */
  tools: 20,
  /** Characters of the name of a tool: what the APIs of models take. */
  toolNameLength: 64,
  /** Characters of the description of a tool. */
  toolDescriptionLength: 4_000,
  /** Rounds of calls of tools that a model may be allowed. */
  toolRounds: 20,
  /** Headers that a webhook trigger requires. */
  requiredHeaders: 20,
  /** Characters of the name of a header or query parameter, and of the value of a header that a webhook trigger requires. */
  headerLength: 4_096,
} as const;

/** What bounds a schedule trigger. Problem `invalid_value`. */
export const SCHEDULE_LIMITS = {
  /** Milliseconds from one start of an interval to the next, at least. A cron expression cannot ask for more than one a second. */
  intervalMs: 1_000,
  /** Milliseconds by which starts are put off at random, at most. */
  jitterMs: 3_600_000,
  /** Milliseconds for which missed starts are caught up, at most. For as long an execution is surely not started a second time. */
  catchUpWindowMs: 86_400_000,
} as const;

/** What bounds the `response_schema` of an AI step. Problem `invalid_value`. */
export const RESPONSE_SCHEMA_LIMITS = {
  /** Characters of it as JSON. */
  size: 32_768,
  /** Schemas inside of each other. */
  depth: 10,
  /** Schemas, and values of `enum`: what each value of an answer may have to be compared with. */
  parts: 500,
} as const;

/** What bounds the report of one validation, whatever the document holds. Beyond it a report says less; nothing fails. */
export const REPORT_LIMITS = {
  /** Comparisons of two characters that "Did you mean" may make; problems after that have a general hint. */
  suggestionSteps: 1_000_000,
  /** Characters of a word that "Did you mean" looks for. */
  suggestionLength: 64,
  /** Characters of one message or hint; the rest is cut. */
  messageLength: 2_000,
  /** Characters of a member's name in a path; the rest is cut. */
  pathPartLength: 128,
  /** Possible next steps that the order of a plan lists; it says when there are more. */
  nextSteps: 10_000,
  /** Characters of all excerpts together; problems after that have none. */
  excerpts: 100_000,
} as const;
