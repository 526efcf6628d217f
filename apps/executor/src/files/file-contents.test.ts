import type { FileStore, StoredFile } from '@millrace/messaging';
import type { Task } from '../engine/frames.js';
import { FileContents } from './file-contents.js';

it('executions of an organisation that read the same file have it loaded once', async () => {
  let reads = 0;
  const files = {
    find: (_: string, id: string) => Promise.resolve({ id, size: 4 } as StoredFile),
    async *read(organisationId: string) {
      reads++;
      await Promise.resolve();
      yield Buffer.from(organisationId);
    },
  } as unknown as FileStore;
  const read = async (organisationId: string): Promise<string> => {
    const [contents, task] = [new FileContents({ organisationId, files }), {} as Task];
    await contents.load(task, 'file_1');
    return String(contents.of(task).get('file_1'));
  };
  expect(await Promise.all([read('org_1'), read('org_1')])).toEqual(['org_1', 'org_1']);
  expect([await read('org_1'), reads]).toEqual(['org_1', 1]);
  expect([await read('org_2'), reads]).toEqual(['org_2', 2]);
});
