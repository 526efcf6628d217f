import type { FileStore, StoredFile } from '@millrace/messaging';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import { FileContents } from './file-contents.js';

const SIZE = 3;
const task = (path: string) => ({ path }) as Task;

/** Files whose ids begin with a letter of their organisation. */
function contents(held: number[], organisationId = 'org_1') {
  async function* read(_: string, { id }: StoredFile): AsyncGenerator<Uint8Array> {
    await new Promise((resolve) => setImmediate(resolve));
    if (id === 'gone') throw new Error('away');
    yield Buffer.from(id);
  }
  const find = (_: string, id: string) => Promise.resolve(id === 'none' ? null : ({ id, size: SIZE } as StoredFile));
  const files = { find, read } as never;
  return new FileContents({ organisationId, files }, (_, bytes) => held.push(bytes));
}

it('a file that several step runs read is there once and counts once, as long as one of them needs it', async () => {
  const held: number[] = [];
  const files = contents(held);
  const [a, b] = [task('a'), task('b')];
  await Promise.all([files.load(a, 'one'), files.load(b, 'one')]);
  expect(files.of(a).get('one')).toBe(files.of(b).get('one'));
  await files.load(b, 'two');
  expect(held).toEqual([SIZE, SIZE, 2 * SIZE]);
  files.drop(a);
  expect(held.at(-1)).toBe(2 * SIZE);
  files.drop(b);
  expect(held.at(-1)).toBe(0);
  files.drop(b);
  expect(held).toHaveLength(5);
});

it('what cannot be loaded counts no more once its step run is over', async () => {
  const held: number[] = [];
  const files = contents(held);
  const a = task('a');
  await expect(files.load(a, 'none')).rejects.toBeInstanceOf(StepFailure);
  expect(held).toEqual([]);
  await expect(files.load(a, 'gone')).rejects.toThrow('away');
  files.drop(a);
  expect(held).toEqual([SIZE, 0]);
});

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
