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
  /** Missed nominal times of one schedule that are counted one by one, a count; its notes say that there were more. */
  scheduleMissedCounted: 100,
  /** Notes about nominal times without an execution that are kept of a schedule, a count; the oldest are forgotten. */
  scheduleNotes: 10,
  /** Times in the preview of a schedule, a count; INVALID_INPUT beyond. */
  schedulePreview: 50,
} as const;
