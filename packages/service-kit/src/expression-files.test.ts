import { LIMITS } from '@millrace/contracts';
import type { StoredFile } from '@millrace/messaging';
import { findLacked } from './expression-files.js';

const SIZE = 10;

/** Looks for one more file of ten bytes, when these have been loaded. */
function find(loaded: readonly Uint8Array[]) {
  const files = { find: (_: string, id: string) => Promise.resolve({ id, size: SIZE } as StoredFile) } as never;
  return findLacked({ organisationId: 'org_1', files }, 'one_more', new Map(loaded.entries()) as never);
}

describe('the files that one evaluation reads', () => {
  it('are so many', async () => {
    const files = Array.from({ length: LIMITS.expressionFiles - 1 }, () => new Uint8Array(1));
    expect(await find(files)).toMatchObject({ id: 'one_more' });
    await expect(find([...files, new Uint8Array(1)])).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      details: { limit_files: LIMITS.expressionFiles },
    });
  });

  it('have so many bytes together', async () => {
    const held = (bytes: number) => find([new Uint8Array(bytes)]);
    expect(await held(LIMITS.expressionFilesBytes - SIZE)).toMatchObject({ id: 'one_more' });
    await expect(held(LIMITS.expressionFilesBytes - SIZE + 1)).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      details: { limit_bytes: LIMITS.expressionFilesBytes },
    });
  });
});
