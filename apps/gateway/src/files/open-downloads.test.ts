import { LIMITS } from '@millrace/contracts';
import { OpenDownloads } from './open-downloads.js';

const REFUSED = expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) as Error;

test('an organisation may download so many files at once, and others theirs', () => {
  const open = new OpenDownloads();
  const ends = Array.from({ length: LIMITS.organisationDownloadsAtOnce }, () => open.begin('a'));
  expect(() => open.begin('a')).toThrow(REFUSED);
  open.begin('b')();
  ends[0]?.();
  ends[0]?.();
  open.begin('a');
  expect(() => open.begin('a')).toThrow(REFUSED);
});

test('all together may download so many', () => {
  const open = new OpenDownloads();
  for (let count = 0; count < LIMITS.downloadsAtOnce; count++) open.begin(`org_${count}`);
  expect(() => open.begin('another')).toThrow(REFUSED);
});
