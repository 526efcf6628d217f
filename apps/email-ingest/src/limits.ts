/** What bounds the work on mailboxes and messages. Milliseconds and bytes unless the name says otherwise; docs/limits.md. */
export const MAIL_LIMITS = {
  /** Executions that the mail of one organisation starts in a minute, at once or spread, a count, of each process: later messages wait in their mailboxes. */
  startsPerMinute: 500,
  /** Largest message that is held as a whole; of a larger one the attachments are stored while they arrive. */
  messageBytes: 25 * 1024 * 1024,
  /** Largest message of all; `too_large` beyond. No more than a file may have. */
  largeMessageBytes: 100 * 1024 * 1024,
  /** Of a larger message than `messageBytes` pieces of this size are fetched, one after the other: what is done with one leaves several copies to be collected. */
  partPieceBytes: 256 * 1024,
  /** What is held of a larger message than `messageBytes`: heads, what separates parts, and texts. Texts are cut beyond, the others make it `unreadable`. */
  reducedBytes: 8 * 1024 * 1024,
  /** A message comes in pieces of this size, and no answer of a server may be larger than two of them. */
  pieceBytes: 1024 * 1024,
  /** Messages that one process holds at once, of one organisation a third of it, and the last quarter of organisations that hold nothing yet; others wait. */
  heldBytes: 96 * 1024 * 1024,
  /** The same for the heads of messages, which are taken to be as large as they may be. */
  heldHeadBytes: 64 * 1024 * 1024,
  /** In which there is no room for one more message; the look at its mailbox ends beyond, and a later one begins with it. By default that is less than a mailbox may be silent for. */
  roomMs: 30 * 1_000,
  /** Longest text, and longest HTML, of a message that a workflow is given, in characters; cut beyond. */
  textCharacters: 512 * 1024,
  /** HTML that text is made of for a message without text, in characters; the rest is left out. */
  htmlTextCharacters: 64 * 1024,
  /** Header fields of a message that a workflow is given, a count; the rest is left out. */
  headerFields: 200,
  /** Longest header field that a workflow is given, in characters; cut beyond. */
  headerCharacters: 2_000,
  /** Addresses in each of `to` and `cc`, and `references`, that a workflow is given, a count; the rest is left out. */
  addresses: 200,
  /** Attachments that a workflow gets, a count; the rest is left out. */
  attachments: 100,
  /** Header of a message; `unreadable` beyond. */
  headBytes: 256 * 1024,
  /** Header fields of a message that triggers look at, a count; the rest is left out. */
  headLines: 10_000,
  /** Recipients of a message that triggers are compared with, a count; the rest is left out. */
  recipients: 1_000,
  /** Longest entry of a list of recipients, with its name, in characters; left out beyond. */
  recipientCharacters: 2_000,
  /** Subject, and name of the sender, that triggers look at, in characters as they are encoded; cut beyond. */
  subjectCharacters: 8 * 1024,
  /** Encoded words in each of these, a count; cut beyond. */
  encodedWords: 100,
  /** Parts of a message, a count; `unreadable` beyond. */
  parts: 500,
  /** Parts inside of each other in a message that is not held as a whole, a count; `unreadable` beyond. */
  partDepth: 50,
  /** What separates the parts of such a message, a count; RFC 2046 allows 70. `unreadable` beyond. */
  boundaryCharacters: 200,
  /** For reading a message apart while the process runs, in two threads or one: the messages of all organisations wait for it. `unreadable` beyond, in three attempts. */
  parseMs: 9_000,
  /** For a thread to start that reads messages apart, while the process runs; nothing is said of a message beyond. */
  parserStartMs: 30_000,
  /** Heap of what reads messages apart, in MiB; `unreadable` beyond. */
  parseHeapMb: 256,
  /** What a server may send in response to one command that fetches no message; the connection is closed beyond. */
  commandBytes: 4 * 1024 * 1024,
  /** What a server may send until it has let the client in; the connection is closed beyond. */
  connectBytes: 256 * 1024,
  /** What a server may send while it is asked for nothing, at once and then in a minute: bytes; the connection is closed beyond. */
  unaskedBytes: 256 * 1024,
  /** New messages of a folder that are searched for at once, a count; the next ones are searched for when these are dealt with. */
  pageMessages: 10_000,
  /** Messages that a search may find, and rows that a server may send of messages that are fetched, a count; the connection is closed beyond. More than a page, since others may come meanwhile. */
  foundMessages: 20_000,
  /** Folders that a server may list in response to one command, which is asked about one, a count; the connection is closed beyond. */
  listedFolders: 1_000,
  /** Characters of their names, a count; the connection is closed beyond. */
  listedCharacters: 64 * 1024,
  /** Words of one response, a count: each is a part of what it is parsed into, in one go. The connection is closed beyond. */
  responseTokens: 20_000,
  /** Longest word of a response that is neither a message nor a list of numbers or folders, in characters; left out beyond. */
  wordCharacters: 2_000,
  /** Ways to log in that a server names, a count; beyond, they are forgotten with the next list of them. */
  waysToLogIn: 50,
  /** Attempts at a message of which a server sends too much or nothing, or whose parts it refuses, or that takes too long to read apart, a count; `unreadable` beyond. */
  messageAttempts: 3,
  /** For one command to a mail server. */
  commandMs: 60_000,
  /** For opening the folder: after so long, and a poll, a line that went dead is noticed. */
  lookMs: 20_000,
  /** For the connection and the login. */
  connectMs: 30_000,
  /** For one message to arrive that is held as a whole. */
  downloadMs: 180_000,
  /** For such a message to arrive besides what its bytes take by `downloadBytesPerSecond`: what comes more slowly holds the room of others, and the connection is closed. */
  downloadGraceMs: 30_000,
  /** Bytes of such a message that arrive in a second, a count: few enough for a line that is slow, and more than a drip. */
  downloadBytesPerSecond: 16 * 1024,
  /** For the parts of one to arrive that is not held as a whole, besides what its bytes take by `largeBytesPerSecond`; `unreadable` beyond, in three attempts. */
  largeMs: 60 * 1_000,
  /** Bytes of a message that arrive in a second, a count: what comes more slowly than that on the whole is given up. */
  largeBytesPerSecond: 128 * 1024,
  /** In which nothing comes of the work on a mailbox, beside a poll; it is left to another process beyond. More than a server may take for a message that is held as a whole; of a larger one each piece counts. */
  stuckMs: 10 * 60_000,
  /** In which a connection receives nothing; it is given up beyond. */
  silentMs: 100_000,
  /** A connection is made anew after so long, since a server may not announce every change to an old one. */
  connectionMs: 45 * 60_000,
  /** Messages that are asked for at once, a count. */
  window: 20,
  /** Refused logins after which a mailbox is stopped until it is changed, a count. */
  loginAttempts: 3,
  /** Failures in a row after which subscribers are notified that a mailbox is unhealthy, a count: some 15 seconds. */
  failuresUntilTold: 5,
  /** Messages of one mailbox that start nothing for good and are announced to subscribers in an hour, a count; more are not. */
  refusalsToldAnHour: 20,
  /** Longest pause between two attempts to reach a server. */
  backoffMs: 5 * 60_000,
  /** Longest pause that a server gets which asks for one. */
  askedPauseMs: 60 * 60_000,
  /** Messages that are told apart though they have one Message-ID, date, sender, subject, size and time of arrival, a count; more are taken for the last one. */
  alikeMessages: 500,
  /** Messages of one mailbox that started nothing and are known, a count; the oldest ones are forgotten beyond. */
  idleMessagesKept: 100_000,
  /** For so long it is known which messages came; an older one that gets a new number with all others is not taken for new. */
  knownMs: 30 * 24 * 60 * 60_000,
} as const;
