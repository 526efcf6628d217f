/** Of workflows, their versions and drafts, and their schedules. */
export const WORKFLOW_LIMITS = {
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
  /** Later than this after its nominal time a start counts as missed, and `catch_up` decides about it: milliseconds. */
  scheduleGraceMs: 10_000,
  /** Schedules of one organisation that one scheduler starts at once, a count; others wait for their turn. */
  scheduleStartsAtOnce: 16,
  /** Executions that one scheduler starts by the schedules of one organisation in a minute, a count, all of them at once or spread; later ones wait, and are missed when that takes too long. */
  scheduledStartsPerMinute: 3_000,
  /** Characters of a schedule's config, its input above all, for which a start counts as one of these, a count; a larger one counts as several. */
  scheduledStartCharacters: 16 * 1024,
  /** Missed nominal times of one schedule that are counted one by one, a count; its notes say that there were more. */
  scheduleMissedCounted: 100,
  /** Notes about nominal times without an execution that are kept of a schedule, a count; the oldest are forgotten. */
  scheduleNotes: 10,
  /** Nominal times of a schedule with `overlap: buffer_all` that wait for the execution before, a count; further ones are skipped. */
  scheduleBuffered: 100,
  /** Nominal times of one backfill, a count; INVALID_INPUT beyond. */
  backfillTimes: 1_000,
  /** How far back a backfill may go: days; INVALID_INPUT beyond. */
  backfillDays: 366,
  /** Items of one job, a count: at least those of the largest backfill, and of the largest change of many executions. */
  jobItems: 10_000,
  /** Items of a job that are dealt with before it is another job's turn, a count. */
  jobBatch: 20,
  /** Results that are kept of a job, a count; the counts by outcome are of all of them. */
  jobResults: 1_000,
  /** Jobs of one organisation that have not ended, a count; QUOTA_EXCEEDED beyond. */
  jobsUnfinished: 10,
  /** Jobs that are kept of one organisation after their end, a count; the oldest are forgotten. */
  jobsKept: 200,
  /** For so long a job is kept after its end: milliseconds. */
  jobsKeptMs: 30 * 24 * 60 * 60 * 1_000,
  /** Times in the preview of a schedule, a count; INVALID_INPUT beyond. */
  schedulePreview: 100,
  /** Characters of the words for a schedule; the rest is cut. */
  scheduleDescriptionCharacters: 500,
} as const;
