import mongoose from 'mongoose';
import { failureOfCode, failureOfCommand, isUnreachable, packedState } from './mongo-failures.js';

const { MongoInvalidArgumentError, MongoNetworkError, MongoServerError, MongoServerSelectionError } = mongoose.mongo;

test.each([
  ['MongoDB: duplicate key', 11_000],
  ['DocumentDB: duplicate key, packed', 319_029_277],
])('%s (%d) says that the document is stored', (_, code) => {
  expect(failureOfCode(code)).toBe('duplicate');
});

test.each([
  ['BadValue', 2],
  ['FailedToParse', 9],
  ['TypeMismatch', 14],
  ['Overflow', 15],
  ['InvalidBSON', 22],
  ['DollarPrefixedFieldName', 52],
  ['EmptyFieldName', 56],
  ['BSONObjectTooLarge', 10_334],
  ['after the update too large', 17_419],
  ['to upsert too large', 17_420],
  ['DocumentDB: BadValue, packed', 16_777_245],
  ['DocumentDB: FailedToParse, packed', 50_331_677],
  ['DocumentDB: TypeMismatch, packed', 67_108_893],
  ['DocumentDB: BSONObjectTooLarge, packed', packedState('M001B')],
])('%s (%d) is about the document', (_, code) => {
  expect(failureOfCode(code)).toBe('document');
});

test.each([
  ['FerretDB: InternalError, which is how it reports what PostgreSQL says', 1],
  ['Unauthorized', 13],
  ['LockTimeout', 24],
  ['MaxTimeMSExpired', 50],
  ['WriteConcernFailed', 64],
  ['NetworkTimeout', 89],
  ['ShutdownInProgress', 91],
  ['WriteConflict', 112],
  ['ExceededMemoryLimit', 146],
  ['PrimarySteppedDown', 189],
  ['ExceededTimeLimit', 262],
  ['OutOfDiskSpace', 14_031],
  ['NotWritablePrimary', 10_107],
  ['InterruptedAtShutdown', 11_600],
  ['InterruptedDueToReplStateChange', 11_602],
  ['NotPrimaryNoSecondaryOk', 13_435],
  ['NotPrimaryOrSecondary', 13_436],
  ['PostgreSQL: disk full, packed', packedState('53100')],
  ['PostgreSQL: out of memory, packed', packedState('53200')],
  ['PostgreSQL: read-only transaction, packed', packedState('25006')],
  ['PostgreSQL: I/O error, packed', packedState('58030')],
  ['PostgreSQL: query cancelled, packed', packedState('57014')],
  ['PostgreSQL: program limit, packed', packedState('54000')],
  ['a code of the future', 999_999],
  ['no code', undefined],
])('%s (%s) says nothing about the document', (_, code) => {
  expect(failureOfCode(code)).toBe('database');
  expect(failureOfCommand(new MongoServerError({ message: 'no', code }))).toBe('database');
});

it('takes what the driver can’t encode for the document’s fault, and no connection for the database’s', () => {
  expect(failureOfCommand(new MongoInvalidArgumentError('keys must not hold NUL'))).toBe('document');
  expect(failureOfCommand(new mongoose.mongo.BSON.BSONError('Cannot convert'))).toBe('document');
  expect(failureOfCommand(new MongoServerError({ message: 'too large', code: 10_334 }))).toBe('document');
  expect(failureOfCommand(new MongoNetworkError('gone'))).toBe('database');
  expect(failureOfCommand(new MongoServerSelectionError('nobody', {} as never))).toBe('database');
  expect(failureOfCommand(new Error('anything'))).toBe('database');
});

describe('what comes from the way to the server', () => {
  const { MongoBulkWriteError, MongoNetworkTimeoutError, MongoNotConnectedError } = mongoose.mongo;
  class MongoPoolClosedError extends Error {
    override readonly name = 'MongoPoolClosedError';
  }

  test.each([
    ['a connection that broke', new MongoNetworkError('gone')],
    ['a socket that timed out', new MongoNetworkTimeoutError('late')],
    ['no server', new MongoServerSelectionError('nobody', {} as never)],
    ['no connection yet', new MongoNotConnectedError('not yet')],
    ['a pool that is closed', new MongoPoolClosedError()],
    ['a primary that stepped down', new MongoServerError({ message: 'no', code: 189 })],
    ['a socket error as it is', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })],
    ['a bulk write that was stopped', new MongoBulkWriteError(Object.assign(new MongoNetworkError('gone'), {}), {} as never)], // prettier-ignore
  ])('is distinguished from the rest: %s', (_, error) => {
    expect(isUnreachable(error)).toBe(true);
  });

  test.each([
    ['a duplicate', new MongoServerError({ message: 'E11000', code: 11_000 })],
    ['an error with such words', new Error('MongoNetworkError: connection closed, ECONNREFUSED')],
    ['no error at all', 'MongoNetworkError'],
  ])('is not %s', (_, error) => {
    expect(isUnreachable(error)).toBe(false);
  });
});
