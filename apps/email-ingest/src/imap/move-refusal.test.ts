import type { ImapFlow } from 'imapflow';
import { moveRefusal } from './move-refusal.js';

type Opened = Parameters<typeof moveRefusal>[0];

function opened(path: string, prefix: string, capabilities = ['IMAP4rev1', 'MOVE']): Opened {
  return {
    mailbox: { path } as ImapFlow['mailbox'],
    namespace: { prefix, delimiter: '.' },
    capabilities: new Map(capabilities.map((name) => [name, true])),
    enabled: new Set(),
  };
}

it.each([
  ['INBOX.Done', 'INBOX.', 'Done'],
  ['INBOX.Done', 'INBOX.', 'INBOX.Done'],
  ['INBOX.Done', 'INBOX.', 'done'],
  ['INBOX', 'INBOX.', 'inbox'],
  ['Done', '', 'DONE'],
])('moves nothing from "%s" with the prefix "%s" to "%s", which is the same folder', (path, prefix, folder) => {
  expect(moveRefusal(opened(path, prefix), folder)).toContain(`"${folder}": it is the one that is watched`);
});

it('moves to every other folder', () => {
  expect(moveRefusal(opened('INBOX', 'INBOX.'), 'Done')).toBeNull();
  expect(moveRefusal(opened('Done', ''), 'INBOX.Done')).toBeNull();
});

it('moves nothing where a copied message can only be deleted with those that others have marked', () => {
  expect(moveRefusal(opened('INBOX', '', ['IMAP4rev1']), 'Done')).toContain('neither MOVE nor UIDPLUS');
  // It has both as soon as it speaks that revision.
  const offering = opened('INBOX', '', ['IMAP4rev1', 'IMAP4rev2']);
  expect(moveRefusal(offering, 'Done')).toContain('neither MOVE nor UIDPLUS');
  expect(moveRefusal({ ...offering, enabled: new Set(['IMAP4REV2']) }, 'Done')).toBeNull();
  expect(moveRefusal(opened('INBOX', '', ['IMAP4rev1', 'UIDPLUS']), 'Done')).toBeNull();
});
