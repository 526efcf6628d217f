import { createHash, randomBytes } from 'node:crypto';
import { AppError, FILE_SUBJECTS, LIMITS, newFileId, newId, type FileAddress } from '@millrace/contracts';
import { startNats, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, WrongSequenceError, type NatsBus } from '../src/index.js';

let nats: OwnServer;
let bus: NatsBus;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'files', logger: silentLogger });
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

const anAddress = (execution_id = newId('execution')): FileAddress => ({
  organisation_id: 'org_1',
  execution_id,
  file_id: newFileId(execution_id),
});
const store = (address: FileAddress, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) =>
  bus.files.store({ address, name: 'a.bin', type: 'application/pdf', content });

async function contentOf(address: FileAddress, range?: { first: number; last: number }): Promise<Buffer> {
  const file = await bus.files.find(address.organisation_id, address.file_id);
  if (file === null) throw new Error('no file');
  const pieces: Uint8Array[] = [];
  for await (const piece of bus.files.read(address.organisation_id, file, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Messages that hold something. */
async function stored(subject: string): Promise<number> {
  const { data } = (await bus.publisher.lastStored('FILES', subject)) ?? { data: new Uint8Array(0) };
  return data.length;
}

test('nothing of a new file is looked for before it is stored, and what is there all the same refuses it', async () => {
  const looked = jest.spyOn(bus.publisher, 'lastStored');
  const address = anAddress();
  const file = { address, name: null, type: 'text/plain', content: [Buffer.from('x')], isNew: true };
  await bus.files.store(file);
  expect(looked).not.toHaveBeenCalled();
  const other = { ...file, content: [Buffer.from('y')] };
  await expect(bus.files.store(other)).rejects.toThrow(WrongSequenceError);
  expect((await contentOf(address)).toString()).toBe('x');
});

test.each([0, 1, LIMITS.filePieceBytes, 3 * LIMITS.filePieceBytes + 17, 20 * LIMITS.filePieceBytes])(
  'a file of %i bytes is read as it was stored, and so is any part of it',
  async (size) => {
    const address = anAddress();
    const bytes = randomBytes(size);
    const facts = await store(address, [bytes.subarray(0, 1_000), bytes.subarray(1_000)]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(facts).toEqual({ id: address.file_id, name: 'a.bin', type: 'application/pdf', size, sha256 });
    expect((await contentOf(address)).equals(bytes)).toBe(true);
    for (const [first, last] of [
      [0, 0],
      [size - 1, size - 1],
      [5, size - 2],
      [LIMITS.filePieceBytes - 1, size - 1],
    ] as const) {
      if (first < 0 || last < first || last >= size) continue;
      expect((await contentOf(address, { first, last })).equals(bytes.subarray(first, last + 1))).toBe(true);
    }
  },
);

test('files are listed by their execution, and found by no other organisation', async () => {
  const [one, other] = [anAddress(), anAddress()];
  const second = { ...one, file_id: newFileId(one.execution_id) };
  await store(one, [Buffer.from('1')]);
  await store(other, [Buffer.from('2')]);
  await store(second, [Buffer.from('3')]);
  expect((await bus.files.list('org_1', one.execution_id)).map(({ id }) => id)).toEqual([one.file_id, second.file_id]);
  expect(await bus.files.list('org_2', one.execution_id)).toEqual([]);
  expect(await bus.files.find('org_2', one.file_id)).toBeNull();
});

test.each(['*', '>', 'file_*', `file_${'*'.repeat(52)}`, `${newFileId(newId('execution'))}.x`, ''])(
  'nothing is found under %p',
  async (id) => expect(await bus.files.find('org_1', id)).toBeNull(),
);

test('a file that breaks off leaves nothing behind', async () => {
  const address = anAddress();

  const content = (async function* () {
    yield Buffer.alloc(LIMITS.filePieceBytes + 1, 1);
    throw new Error('broken');
  })();
  await expect(store(address, content)).rejects.toThrow('broken');
  expect(await bus.files.find('org_1', address.file_id)).toBeNull();
  expect(await stored(FILE_SUBJECTS.content(address))).toBe(0);
});

test('two that store the same file at the same time spoil nothing: each has stored it, or throws', async () => {
  const address = anAddress();
  const bytes = randomBytes(5 * LIMITS.filePieceBytes);
  const both = await Promise.allSettled([store(address, [bytes]), store(address, [bytes])]);
  if (both.every(({ status }) => status === 'rejected'))
    return expect(await bus.files.find('org_1', address.file_id)).toBeNull();
  expect((await contentOf(address)).equals(bytes)).toBe(true);
});

test('no file is stored while the room that is left is kept for what runs', async () => {
  const address = anAddress();
  bus.room.refuse(new AppError('STORAGE_FULL'));
  try {
    await expect(store(address, [Buffer.from('x')])).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  } finally {
    bus.room.refuse(null);
  }
  expect(await stored(FILE_SUBJECTS.content(address))).toBe(0);
  await store(address, [Buffer.from('x')]);
});

test('a file beyond the limit is stopped there, and leaves nothing behind', async () => {
  const address = anAddress();
  let given = 0;
  const content = (function* () {
    for (;;) {
      given++;
      yield Buffer.alloc(LIMITS.filePieceBytes);
    }
  })();
  await expect(store(address, content)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  expect(given).toBe(LIMITS.fileBytes / LIMITS.filePieceBytes + 1);
  expect(await stored(FILE_SUBJECTS.content(address))).toBe(0);
});

test('what an attempt left that was lost in the middle is no part of the file', async () => {
  const address = anAddress();
  await bus.publisher.send(
    FILE_SUBJECTS.content(address),
    'FILES',
    { data: Buffer.from('left over'), objectName: undefined },
    {},
  );
  expect(await bus.files.find('org_1', address.file_id)).toBeNull();
  await store(address, [Buffer.from('whole')]);
  expect((await contentOf(address)).toString()).toBe('whole');
});

test('a file that was removed is gone, and one whose content is gone says so', async () => {
  const [removed, emptied] = [anAddress(), anAddress()];
  for (const address of [removed, emptied]) await store(address, [Buffer.from('x')]);
  await bus.files.remove('org_1', removed.file_id);
  expect(await bus.files.find('org_1', removed.file_id)).toBeNull();
  expect(await bus.files.list('org_1', removed.execution_id)).toEqual([]);
  const nothing = { data: new Uint8Array(0), objectName: undefined };
  await bus.publisher.send(FILE_SUBJECTS.content(emptied), 'FILES', nothing, { replacesEarlier: true });
  await expect(contentOf(emptied)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('what a replica does not have yet is read from the leader', async () => {
  const address = anAddress();
  const bytes = randomBytes(3 * LIMITS.filePieceBytes);
  await store(address, [bytes]);
  // A replica that lags says that there is nothing.
  const behind = jest.spyOn(bus.replies, 'collect').mockResolvedValue({ messages: [], left: 0 });
  expect((await contentOf(address)).equals(bytes)).toBe(true);
  expect(behind).toHaveBeenCalledTimes(3);
});
