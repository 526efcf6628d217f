import { AppError, newId } from '@millrace/contracts';
import type { FileStore } from '@millrace/messaging';
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
