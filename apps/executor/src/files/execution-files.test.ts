import { AppError, LIMITS, newId } from '@millrace/contracts';
import type { FileStore } from '@millrace/messaging';
import { redactionBy, TextMask } from '@millrace/service-kit/redaction';
import { ExecutionFiles } from './execution-files.js';

it('files can be written once their store is back, also if it was away when the first one came', async () => {
  let isAway = true;
  const files = {
    list: () => (isAway ? Promise.reject(new AppError('SERVICE_UNAVAILABLE')) : Promise.resolve([])),
    store: ({ address, name, type }) =>
      Promise.resolve({ id: address.file_id, name, type, size: 0, sha256: '0'.repeat(64) }),
  } as Partial<FileStore> as FileStore;
  const context = { organisationId: 'org_1', executionId: newId('execution'), files, redact: <T>(value: T) => value };
  const call = new ExecutionFiles(context).of({ secretsInOutput: false }, new AbortController().signal);
  const write = () => call.write({ name: 'a', type: null }, (async function* () {})());
  await expect(write()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  isAway = false;
  await expect(write()).resolves.toMatchObject({ file: { name: 'a' } });
});

it('all files of an execution together have a bound, for which those that were not stored do not count', async () => {
  const files = {
    list: () => Promise.resolve([]),
    store: async ({ address, name, type, content, onBytes }) => {
      let size = 0;
      for await (const { length } of content) {
        onBytes?.(length);
        size += length;
      }
      return { id: address.file_id, name, type, size, sha256: '0'.repeat(64) };
    },
  } as Partial<FileStore> as FileStore;
  const context = { organisationId: 'org_1', executionId: newId('execution'), files, redact: null };
  const call = new ExecutionFiles(context).of({ secretsInOutput: false }, new AbortController().signal);
  const piece = Buffer.alloc(LIMITS.executionFileBytes / 10);
  const write = (pieces: number) =>
    call.write({ name: 'a', type: null }, (async function* () {
      for (let n = 0; n < pieces; n++) yield await Promise.resolve(piece);
    })()); // prettier-ignore
  await write(4);
  await expect(write(7)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  await write(6);
  await expect(write(1)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
});

it('nothing more is stored once the attempt is over', async () => {
  const stop = new AbortController();
  const files = {
    list: () => Promise.resolve([]),
    store: async ({ address, name, type, content, onBytes }) => {
      for await (const chunk of content) onBytes?.(chunk.length);
      return { id: address.file_id, name, type, size: 1, sha256: '0'.repeat(64) };
    },
  } as Partial<FileStore> as FileStore;
  const context = { organisationId: 'org_1', executionId: newId('execution'), files, redact: null };
  const call = new ExecutionFiles(context).of({ secretsInOutput: false }, stop.signal);
  const content = (async function* () {
    yield Buffer.from('a');
    await Promise.resolve(stop.abort(new Error('not wanted')));
    yield Buffer.from('b');
  })();
  await expect(call.write({ name: 'a', type: null }, content)).rejects.toThrow('not wanted');
});

it('a step whose output is secret writes none, also one that has not asked whether it may', async () => {
  let stored = 0;
  const files = {
    list: () => Promise.resolve([]),
    store: ({ address, name, type }) => {
      stored++;
      return Promise.resolve({ id: address.file_id, name, type, size: 0, sha256: '0'.repeat(64) });
    },
  } as Partial<FileStore> as FileStore;
  const context = { organisationId: 'org_1', executionId: newId('execution'), files, redact: null };
  const call = new ExecutionFiles(context).of({ secretsInOutput: true }, new AbortController().signal);
  const written = call.write({ name: 'a', type: null }, (async function* () {})());
  await expect(written).rejects.toMatchObject({ code: 'STEP_FAILED', isFinal: true });
  expect(stored).toBe(0);
});

it('secrets are neither in the name of a file nor in its type', async () => {
  const secret = 'one-that-nobody-may-see';
  const mask = new TextMask();
  mask.add(secret);
  const files = {
    list: () => Promise.resolve([]),
    store: ({ address, name, type }) =>
      Promise.resolve({ id: address.file_id, name, type, size: 0, sha256: '0'.repeat(64) }),
  } as Partial<FileStore> as FileStore;
  const context = { organisationId: 'org_1', executionId: newId('execution'), files, redact: redactionBy([mask]) };
  const call = new ExecutionFiles(context).of({ secretsInOutput: false }, new AbortController().signal);
  const facts = { name: `${secret}.pdf`, type: `text/${secret}` };
  const { file } = await call.write(facts, (async function* () {})());
  expect(file).toMatchObject({ name: '••••.pdf', type: 'application/octet-stream' });
});

it('files are charged to their organisation as they come, and end where that may store no more', async () => {
  const files = {
    list: () => Promise.resolve([]),
    store: async ({ address, name, type, content, onBytes }) => {
      for await (const { length } of content) onBytes?.(length);
      return { id: address.file_id, name, type, size: 0, sha256: '0'.repeat(64) };
    },
  } as Partial<FileStore> as FileStore;
  let left = 2 * LIMITS.fileOverheadBytes + 50;
  const chargeStored = (bytes: number) => ((left -= bytes) < 0 ? new AppError('QUOTA_EXCEEDED') : null);
  const context = { organisationId: 'org_1', executionId: newId('execution'), files, redact: null, chargeStored };
  const call = new ExecutionFiles(context).of({ secretsInOutput: false }, new AbortController().signal);
  const write = () =>
    call.write({ name: 'a', type: null }, (async function* () {
      for (let n = 0; n < 3; n++) yield await Promise.resolve(Buffer.alloc(10));
    })()); // prettier-ignore
  await write();
  expect(left).toBe(LIMITS.fileOverheadBytes + 20);
  await expect(write()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
});

it.each([
  [{ id: 'file_1', name: 'a.pdf' }, "is what is in a file's member `file`; give the value around it"],
  [{ id: '4711' }, 'is none'],
  ['file_1', 'is none'],
])('a value that is no file is refused with what it is: %j', async (value, is) => {
  const context = { organisationId: 'org_1', executionId: newId('execution'), redact: null };
  const call = new ExecutionFiles(context).of({ secretsInOutput: false }, new AbortController().signal);
  await expect(call.open(value, 'file')).rejects.toMatchObject({
    code: 'EXPRESSION_FAILED',
    message: `config.file must be a file, {file: {id, …}}, and ${is}`,
    details: { field: 'config.file' },
  });
});
