import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE_LIMITS } from '../src/mail-house/limits.js';
import { Maildir } from '../src/mail-house/maildir.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
let number = 0;

async function maildir(limits: Partial<typeof HOUSE_LIMITS> = {}): Promise<{ path: string; mails: Maildir }> {
  const path = join(folder, String((number += 1)));
  const mails = new Maildir(path, { ...HOUSE_LIMITS, ...limits });
  await mails.open();
  return { path, mails };
}

async function* content(...chunks: string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

describe('a maildir', () => {
  it('lists the newest first, with the bytes of each file', async () => {
    const { mails } = await maildir();
    const first = await mails.deliver('H: 1\r\n', content('one'));
    const second = await mails.deliver('H: 2\r\n', content('tw', 'o!'));
    expect(mails.list().map(({ id, bytes }) => [id, bytes])).toEqual([
      [second, 10],
      [first, 9],
    ]);
    expect(mails.find(first)?.id).toBe(first);
  });

  it('lets the oldest go when there are too many of them', async () => {
    const { mails } = await maildir({ keptMessages: 2 });
    const ids = [];
    for (const text of ['1', '2', '3']) ids.unshift(await mails.deliver('', content(text)));
    expect(mails.list().map(({ id }) => id)).toEqual(ids.slice(0, 2));
  });

  it('lets the oldest go when they take too many bytes', async () => {
    const { mails } = await maildir({ keptBytes: 10 });
    await mails.deliver('', content('12345'));
    const second = await mails.deliver('', content('12345'));
    const third = await mails.deliver('', content('12345'));
    expect(mails.list().map(({ id }) => id)).toEqual([third, second]);
  });

  it('reads a message that is too large to its end, and keeps nothing of it', async () => {
    const { path, mails } = await maildir({ messageBytes: 5 });
    let read = 0;
    async function* counted(): AsyncGenerator<Buffer> {
      for (let chunk = 0; chunk < 4; chunk += 1) {
        read += 1;
        yield Buffer.from('abc');
      }
    }
    await expect(mails.deliver('', counted())).rejects.toMatchObject({ responseCode: 552 });
    expect([read, readdirSync(join(path, 'tmp')), mails.list()]).toEqual([4, [], []]);
  });

  it('asks for another attempt later while the disk has no room', async () => {
    const { path, mails } = await maildir({ leastFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(mails.deliver('', content('abc'))).rejects.toMatchObject({ responseCode: 452 });
    expect(readdirSync(join(path, 'tmp'))).toEqual([]);
  });

  it('removes what was half written when its program was killed', async () => {
    const { path, mails } = await maildir();
    writeFileSync(join(path, 'tmp', 'half'), 'Subject: ha');
    await mails.open();
    expect([readdirSync(join(path, 'tmp')), mails.list()]).toEqual([[], []]);
  });
});
