import mongoose from 'mongoose';

/**
 * What the failure of a write says. `duplicate`: the document is stored already. `document`: the server (or the driver, before
 * sending) objects to what this document holds, and would object to it again. `database`: everything else, and everything
 * unknown, such as no space, read-only, not primary, time-outs: it says nothing about the document, which must be kept.
 */
export type WriteFailure = 'duplicate' | 'document' | 'database';

const DUPLICATE_KEY = 11_000;

/**
 * The codes that are about the content of one document, as MongoDB numbers them. A code that is missing here costs time
 * (the write is tried again until somebody looks), one too many costs data.
 */
const DOCUMENT_CODES: ReadonlySet<number> = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  15, // Overflow: nested too deeply
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentFailedValidation
  10_334, // BSONObjectTooLarge
  17_280, // KeyTooLong
  17_419, // the document after the update is too large
  17_420, // the document to upsert is too large
]);

/**
 * The same where DocumentDB reports a document's failure by its SQLSTATE, packed into an integer: FerretDB 2.7 translates
 * some of these, and passes on the rest as they are, those of PostgreSQL itself (53100 disk full) among them.
 */
const DOCUMENT_STATES: ReadonlySet<number> = new Set(
  ['M0001', 'M0003', 'M0004', 'M0005', 'M000G', 'M000J', 'M000K', 'M00CO', 'M001B', 'M003A', 'M003B'].map(packedState),
);

/** What the code of a failed write, of a single document or of a whole command, says. */
export function failureOfCode(code: unknown): WriteFailure {
  if (code === DUPLICATE_KEY || code === packedState('M001C')) return 'duplicate';
  return typeof code === 'number' && (DOCUMENT_CODES.has(code) || DOCUMENT_STATES.has(code)) ? 'document' : 'database';
}

/** What an error that a command as a whole failed with says. */
export function failureOfCommand(error: unknown): WriteFailure {
  const { BSON, MongoInvalidArgumentError, MongoServerError } = mongoose.mongo;
  // Raised by the driver, which could not even encode the document.
  if (error instanceof MongoInvalidArgumentError || error instanceof BSON.BSONError) return 'document';
  return error instanceof MongoServerError ? failureOfCode(error.code) : 'database';
}

/** An SQLSTATE as PostgreSQL packs it: six bits for each of its five characters. */
export function packedState(state: string): number {
  return [...state].reduce((sum, character, index) => {
    return sum + ((character.charCodeAt(0) - 48) & 0x3f) * 2 ** (6 * index);
  }, 0);
}

/** True when a unique index refused a write. */
export function isDuplicateKey(error: unknown): boolean {
  return failureOfCommand(error) === 'duplicate';
}

/** What a replica set reports while it has no primary or shuts down, and sockets: the driver lets some through as they are. */
const UNREACHABLE_CODES: ReadonlySet<unknown> = new Set([
  89, // NetworkTimeout
  91, // ShutdownInProgress
  189, // PrimarySteppedDown
  10_107, // NotWritablePrimary
  11_600, // InterruptedAtShutdown
  11_602, // InterruptedDueToReplStateChange
  13_435, // NotPrimaryNoSecondaryOk
  13_436, // NotPrimaryOrSecondary
  ...['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

/** Classes of the driver that it does not export. */
const UNREACHABLE_CLASSES: ReadonlySet<unknown> = new Set(['MongoPoolClosedError', 'MongoWaitQueueTimeoutError']);

/** True for failures on the way to the server, which say nothing of the command. */
export function isUnreachable(error: unknown): boolean {
  // Not `instanceof Error`: an error of a socket may come from another realm.
  if (typeof error !== 'object' || error === null) return false;
  const driver = mongoose.mongo;
  const known = [
    driver.MongoServerSelectionError,
    // Those of time-outs and of a pool that was cleared among them.
    driver.MongoNetworkError,
    driver.MongoNotConnectedError,
    driver.MongoTopologyClosedError,
    driver.MongoClientClosedError,
    driver.MongoOperationTimeoutError,
  ];
  if (known.some((kind) => error instanceof kind)) return true;
  if ('name' in error && UNREACHABLE_CLASSES.has(error.name)) return true;
  if ('code' in error && UNREACHABLE_CODES.has(error.code)) return true;
  // A bulk write wraps what stopped it.
  return 'errorResponse' in error && isUnreachable(error.errorResponse);
}
