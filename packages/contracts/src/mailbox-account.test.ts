import { changedAccount, moveFolderOf, newAccount } from './mailbox-account.js';

const REQUEST = {
  address: 'Support@Example.com',
  imap: { host: 'imap.example.com', user: 'ada', auth: { secret: 's' } },
};
const account = newAccount(REQUEST, 'sealed');
const refusal = (path: string) =>
  expect.objectContaining({ code: 'INVALID_INPUT', details: { issues: [expect.objectContaining({ path })] } }) as Error;

it('names the folder to which messages are moved', () => {
  expect(moveFolderOf(account)).toBeNull();
  expect(moveFolderOf({ after: 'seen' })).toBeNull();
  expect(moveFolderOf({ after: 'move:move:Done' })).toBe('move:Done');
});

it('moves no message to the folder that is watched, where it would be a new one', () => {
  for (const after of ['move:INBOX', 'move:inbox'])
    expect(() => newAccount({ ...REQUEST, after }, 'sealed')).toThrow(refusal('after'));
  const moving = changedAccount(account, { after: 'move:Done' }, undefined);
  for (const folder of ['Done', 'done'])
    expect(() => changedAccount(moving, { imap: { folder } }, undefined)).toThrow(refusal('after'));
  expect(changedAccount(moving, { imap: { folder: 'Done 2' } }, undefined).imap.folder).toBe('Done 2');
});

it('sends a stored secret nowhere else', () => {
  for (const imap of [{ host: 'imap.example.net' }, { port: 143 }, { tls: 'none' as const }, { user: 'bob' }])
    expect(() => changedAccount(account, { imap }, undefined)).toThrow(refusal('imap.auth.secret'));
  expect(changedAccount(account, { imap: { host: 'imap.example.net' } }, 'new').imap.auth.secret).toBe('new');
});

it('takes the usual port of another kind of TLS in the place of a usual one, and leaves any other alone', () => {
  const portOf = (port: number | undefined, imap: { tls: 'starttls' | 'none'; port?: number }) =>
    changedAccount(newAccount({ ...REQUEST, imap: { ...REQUEST.imap, port } }, 'sealed'), { imap }, 'new').imap.port;
  expect(portOf(undefined, { tls: 'starttls' })).toBe(143);
  expect(portOf(12_517, { tls: 'starttls' })).toBe(12_517);
  expect(portOf(993, { tls: 'none', port: 1_143 })).toBe(1_143);
});
