/** Of files: content that executions pass on by reference. */
export const FILE_LIMITS = {
  /** Content of one file. FILE_TOO_LARGE beyond, HTTP_RESPONSE_TOO_LARGE while it is being downloaded. */
  fileBytes: 100 * 1024 * 1024,
  /** Content of all files of one execution. FILE_TOO_LARGE beyond. */
  executionFileBytes: 200 * 1024 * 1024,
  /** Files of one execution, a count. FILE_TOO_LARGE beyond. */
  executionFiles: 200,
  /** Files that one call of a webhook brings, a count. INVALID_INPUT beyond. */
  webhookFiles: 50,
  /** Header fields of one part of a multipart form: bytes. INVALID_INPUT beyond. */
  formPartHeaderBytes: 4 * 1024,
  /** Lines of them, a count. INVALID_INPUT beyond. */
  formPartHeaderLines: 20,
  /** Parameters of the Content-Disposition of one part; a browser sends two. INVALID_INPUT beyond. */
  formPartParameters: 20,
  /** Characters of the name of a field of a multipart form. INVALID_INPUT beyond. */
  formFieldNameCharacters: 255,
  /** What a file is charged to its organisation beside its content: bytes. What is known of it is stored with it. */
  fileOverheadBytes: 1024,
  /** Content is stored, and read, in pieces of this size. */
  filePieceBytes: 256 * 1024,
  /** Characters of the name of a file; the rest is cut. */
  fileNameCharacters: 255,
  /** Characters of the media type of a file; a longer one is `application/octet-stream`. */
  fileTypeCharacters: 200,
  /** For so long files are kept: milliseconds. With their executions, if records are kept for a shorter time. */
  fileMs: 30 * 24 * 60 * 60 * 1_000,
  /** Largest file whose content an expression reads: bytes. FILE_TOO_LARGE beyond. */
  expressionFileBytes: 1024 * 1024,
  /** All such files of one run of a step together: bytes. FILE_TOO_LARGE beyond. */
  expressionFilesBytes: 4 * 1024 * 1024,
  /** How many they are at most, a count: the step is evaluated once more for each. FILE_TOO_LARGE beyond. */
  expressionFiles: 20,
  /** Such files that one executor loads at the same time, a count, half of them for one organisation; others wait. */
  expressionFilesAtOnce: 4,
  /** What an executor keeps of such files when they are read: bytes. Those that were read longest ago go. */
  expressionFilesKeptBytes: 16 * 1024 * 1024,
} as const;
