import { LIMITS } from '@millrace/contracts';
import type { StoredFile } from '@millrace/messaging';
import { LoadedFiles } from './loaded-files.js';

const fileOf = (id: string) => ({ id, size: 3 }) as StoredFile;

/** A store whose reads end when they are let. */
function heldStore() {
  const reads: { readonly of: string; readonly end: () => void }[] = [];
  async function* read(organisationId: string, { id }: StoredFile): AsyncGenerator<Uint8Array> {
    await new Promise<void>((end) => reads.push({ of: `${organisationId}.${id}`, end: () => end() }));
    yield Buffer.from(`${organisationId}.`);
    yield Buffer.from(id);
  }
  return { reads, store: { read } };
}

/** What can go on goes on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('loads a file once for all who want it, then and later, but not for another organisation', async () => {
  const { reads, store } = heldStore();
  const files = new LoadedFiles();
  const wanted = [files.content(store, 'org_1', fileOf('a')), files.content(store, 'org_1', fileOf('a'))];
  await settled();
  reads.forEach(({ end }) => end());
  expect((await Promise.all(wanted)).map(String)).toEqual(['org_1.a', 'org_1.a']);
  expect(String(await files.content(store, 'org_1', fileOf('a')))).toBe('org_1.a');
  expect(reads).toHaveLength(1);
  const other = files.content(store, 'org_2', fileOf('a'));
  await settled();
  reads.at(-1)?.end();
  expect([String(await other), reads.length]).toEqual(['org_2.a', 2]);
});

it('loads a few at a time, and one organisation leaves room for others', async () => {
  const { reads, store } = heldStore();
  const files = new LoadedFiles();
  const ids = Array.from({ length: 10 }, (_, number) => fileOf(`f${number}`));
  const many = Promise.all(ids.map((file) => files.content(store, 'org_1', file)));
  await settled();
  expect(reads).toHaveLength(LIMITS.expressionFilesAtOnce / 2);
  const other = files.content(store, 'org_2', fileOf('x'));
  await settled();
  expect(reads.at(-1)?.of).toBe('org_2.x');
  reads.at(-1)?.end();
  await other;
  for (let done = 0; done < reads.length; done++) {
    reads[done]?.end();
    await settled();
  }
  expect(await many).toHaveLength(ids.length);
});

it('what could not be loaded is loaded again', async () => {
  const files = new LoadedFiles();
  let fails = true;
  async function* read(): AsyncGenerator<Uint8Array> {
    await settled();
    if (fails) throw new Error('away');
    yield Buffer.from('here');
  }
  await expect(files.content({ read }, 'org_1', fileOf('a'))).rejects.toThrow('away');
  fails = false;
  expect(String(await files.content({ read }, 'org_1', fileOf('a')))).toBe('here');
});

it('keeps so many bytes, of what was read last', async () => {
  const files = new LoadedFiles();
  let reads = 0;
  async function* read(): AsyncGenerator<Uint8Array> {
    await settled();
    reads++;
    yield Buffer.alloc(LIMITS.expressionFileBytes);
  }
  const many = LIMITS.expressionFilesKeptBytes / LIMITS.expressionFileBytes + 1;
  for (let count = 0; count < many; count++) await files.content({ read }, 'org_1', fileOf(`f${count}`));
  await files.content({ read }, 'org_1', fileOf(`f${many - 1}`));
  expect(reads).toBe(many);
  await files.content({ read }, 'org_1', fileOf('f0'));
  expect(reads).toBe(many + 1);
});
