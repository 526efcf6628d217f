/** Of e-mails that are sent. */
export const EMAIL_LIMITS = {
  /** Recipients of an e-mail: all of `to`, `cc` and `bcc`, a count; EMAIL_INVALID beyond. */
  mailRecipients: 100,
  /** Characters of the subject of an e-mail; EMAIL_INVALID beyond. */
  mailSubjectCharacters: 998,
  /** Text of an e-mail in UTF-8: body, HTML and Markdown together; EMAIL_INVALID beyond. */
  mailTextBytes: 1024 * 1024,
  /** The Markdown of an e-mail, in characters; EMAIL_INVALID beyond. */
  mailMarkdownCharacters: 128 * 1024,
  /** Cells of all tables of the Markdown of an e-mail, a count, with those that rows leave out; EMAIL_INVALID beyond. */
  mailMarkdownCells: 10_000,
  /** For HTML to be made of the Markdown of an e-mail, in milliseconds; EMAIL_INVALID beyond. The longest that there is takes two seconds of a processor. */
  mailMarkdownMs: 20_000,
  /** Files attached to an e-mail, all together, before they are encoded; EMAIL_INVALID beyond. */
  mailAttachmentBytes: 20 * 1024 * 1024,
  /** Attachments of an e-mail, a count; EMAIL_INVALID beyond. */
  mailAttachments: 20,
  /** Messages of the thread that an answer refers to, a count: the first, and the last ones. */
  mailReferences: 20,
  /** Characters of the id of a message that an answer refers to; a longer one is left out. */
  mailReferenceCharacters: 500,
  /** For one attempt to send an e-mail whose step has no timeout: milliseconds. EMAIL_FAILED or EMAIL_POSSIBLY_SENT beyond. */
  mailSendMs: 120_000,
  /** Connections to the server of one sender that one executor has, a count; further e-mails wait. */
  mailConnections: 3,
  /** For so long a connection to a mail server is kept without an e-mail: milliseconds. */
  mailConnectionIdleMs: 30_000,
  /** Characters of the reply of a mail server that an error shows; the rest is cut. */
  mailReplyCharacters: 500,
} as const;
