import { writeFileSync } from 'node:fs';
import {
  CreateMailbox,
  CreateWorkflow,
  DeleteMailbox,
  DeleteWorkflow,
  emailTriggersOf,
  GetMailbox,
  LIMITS,
  ListMailboxes,
  mailboxAccountSchema,
  mailboxContext,
  MailboxesSnapshot,
  UpdateMailbox,
  UpdateWorkflow,
  type MailboxAccount,
  type MailboxPatch,
  type MailboxRequest,
} from '@millrace/contracts';
import { Keyring, keyIdOf, openSealed } from '@millrace/service-kit/sealing';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { MailboxesService } from '../src/mailboxes/mailboxes.service.js';
import { CANARY, FIRST_KEY, keyLine, startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();
const { keysFile } = running;

const request = (address = 'Support@Example.com'): MailboxRequest => ({
  address,
  imap: {
    host: 'imap.example.com',
    tls: 'implicit',
    user: address.toLowerCase().replace('@example.com', ''),
    auth: { type: 'password', secret: CANARY },
    folder: 'INBOX',
  },
  since: 'now',
  after: 'keep',
});
const create = (organisation_id: string, address?: string) =>
  running.fixture.client.request(CreateMailbox, { organisation_id, mailbox: request(address) });
const update = (organisation_id: string, mailbox_id: string, patch: MailboxPatch, more: object = {}) =>
  running.fixture.client.request(UpdateMailbox, { organisation_id, mailbox_id, patch, ...more });

/** What `email-ingest` reads of a mailbox. */
async function published(organisation_id: string, id: string): Promise<MailboxAccount | undefined> {
  const snapshot = await running.fixture.client.snapshots.get(MailboxesSnapshot, { organisation_id });
  const text = snapshot?.mailboxes[id];
  return text === undefined ? undefined : mailboxAccountSchema.parse(JSON.parse(text));
}

/** The secret, opened as by a service that has the keys. */
const opened = (organisation: string, id: string, account: MailboxAccount | undefined): string =>
  openSealed(account?.imap.auth.secret ?? '', mailboxContext(organisation, id), new Keyring(keysFile));

it('is published when the call returns, and its secret is neither returned nor stored', async () => {
  const org = uniqueName('org');
  const stored = await create(org);
  expect(stored).toMatchObject({ address: 'support@example.com', version: 1, since: 'now', after: 'keep' });
  expect(stored.imap).toEqual({
    host: 'imap.example.com',
    port: 993,
    tls: 'implicit',
    user: 'support',
    auth: { type: 'password' },
    folder: 'INBOX',
  });
  const account = await published(org, stored.id);
  expect(opened(org, stored.id, account)).toBe(CANARY);
  const documents = await running.fixture.mongo.collection('mailboxes').find({}).toArray();
  const listed = await running.fixture.client.request(ListMailboxes, { organisation_id: org, limit: 20 });
  const everything = JSON.stringify([stored, listed, documents, account]);
  expect(everything).toContain('imap.example.com');
  expect(everything).not.toContain(CANARY);
});

it('changes what it is asked to, keeps its secret, and is deleted once', async () => {
  const org = uniqueName('org');
  const { id } = await create(org);
  const changed = await update(org, id, { after: 'seen', imap: { folder: 'Orders' } }, { if_version: 1 });
  expect(changed).toMatchObject({ version: 2, after: 'seen', imap: { folder: 'Orders', host: 'imap.example.com' } });
  expect(opened(org, id, await published(org, id))).toBe(CANARY);
  await update(org, id, { imap: { auth: { secret: 'another' } } });
  expect(opened(org, id, await published(org, id))).toBe('another');
  await expect(update(org, id, { after: 'keep' }, { if_version: 2 })).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
  });
  const question = { organisation_id: org, mailbox_id: id };
  await running.fixture.client.request(DeleteMailbox, question);
  expect(await published(org, id)).toBeUndefined();
  for (const gone of [DeleteMailbox, GetMailbox])
    await expect(running.fixture.client.request(gone as typeof GetMailbox, question)).rejects.toMatchObject({
      code: 'MAILBOX_NOT_FOUND',
      details: { mailbox_id: id },
    });
});

it.each([[{ host: 'evil.example.org' }], [{ port: 1430 }], [{ tls: 'none' as const }], [{ user: 'somebody' }]])(
  'a stored secret goes nowhere else by a change to %j',
  async (imap) => {
    const org = uniqueName('org');
    const { id } = await create(org);
    const before = await published(org, id);
    await expect(update(org, id, { imap })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/imap\.auth\.secret must be given again/) as string,
    });
    expect(await published(org, id)).toEqual(before);
    await update(org, id, { imap: { ...imap, auth: { secret: 'given' } } });
    const after = await published(org, id);
    expect(after?.imap).toMatchObject(imap);
    expect(opened(org, id, after)).toBe('given');
  },
);

it('are listed in pages, oldest first, and have a limit', async () => {
  const org = uniqueName('org');
  for (let number = 0; number < LIMITS.mailboxesPerOrganisation; number++)
    await create(org, `m${String(number).padStart(2, '0')}@example.com`);
  await expect(create(org)).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
    details: { limit: LIMITS.mailboxesPerOrganisation, kind: 'mailboxes' },
  });
  const first = await running.fixture.client.request(ListMailboxes, { organisation_id: org, limit: 2 });
  expect(first.mailboxes.map(({ address }) => address)).toEqual(['m00@example.com', 'm01@example.com']);
  const page = { organisation_id: org, limit: 2, starting_after: first.next_cursor ?? '' };
  const second = await running.fixture.client.request(ListMailboxes, page);
  expect(second.mailboxes.map(({ address }) => address)).toEqual(['m02@example.com', 'm03@example.com']);
});

it('are one for each folder of an account, whatever their addresses, and one that is there can be changed', async () => {
  const org = uniqueName('org');
  const { id } = await create(org);
  const again = (imap: Partial<MailboxRequest['imap']>, organisation_id = org) => {
    const { imap: own, ...more } = request('other@example.com');
    const mailbox = { ...more, imap: { ...own, user: 'support', ...imap } };
    return running.fixture.client.request(CreateMailbox, { organisation_id, mailbox });
  };
  const watched = {
    code: 'INVALID_INPUT',
    message: expect.stringContaining(`The folder INBOX of support is watched by the mailbox ${id} already`) as string,
    details: { issues: [{ path: 'imap.folder', message: expect.any(String) as string }] },
  };
  await expect(again({})).rejects.toMatchObject(watched);
  await expect(again({ host: 'IMAP.example.com', port: 143, tls: 'starttls' })).rejects.toMatchObject(watched);
  await expect(again({ host: 'imap.example.com.', folder: 'inbox' })).rejects.toMatchObject({
    message: expect.stringContaining(`The folder inbox of support is watched by the mailbox ${id}`) as string,
  });
  await again({}, uniqueName('org'));
  await again({ user: 'Support' });
  const other = await again({ folder: 'Orders' });
  await expect(update(org, other.id, { imap: { folder: 'INBOX' } })).rejects.toMatchObject(watched);
  await update(org, id, { address: 'another@example.com', imap: { auth: { secret: 'changed' } } });
});

it('are wrapped by a new master key', async () => {
  const org = uniqueName('org');
  const { id } = await create(org);
  writeFileSync(keysFile, keyLine('second') + FIRST_KEY);
  await running.replica.app.get(MailboxesService).rewrap(new AbortController().signal);
  const account = await waitUntil('the new key', async () => {
    const now = await published(org, id);
    return now !== undefined && keyIdOf(now.imap.auth.secret) === 'second' ? now : null;
  });
  expect(opened(org, id, account)).toBe(CANARY);
});

describe('an e-mail trigger', () => {
  const trigger = (config: object) => ({ type: 'email', config });
  const triggersOf = async (organisation: string): Promise<unknown[]> => {
    const found = [];
    for await (const { id, value } of running.fixture.client.snapshots.all(emailTriggersOf(organisation)))
      found.push([id, JSON.parse(value.triggers)]);
    return found;
  };

  it('is published with its workflow, changed with it, and gone with it', async () => {
    const org = uniqueName('org');
    const config = { address: 'support@example.com', subject_filter: 'Order' };
    const { id } = await running.fixture.client.request(CreateWorkflow, {
      organisation_id: org,
      document: aWorkflow({ trigger: trigger(config) }),
    });
    await running.fixture.client.request(CreateWorkflow, { organisation_id: org, document: aWorkflow() });
    expect(await triggersOf(org)).toEqual([[id, [config]]]);
    expect(await triggersOf(`${org}_other`)).toEqual([]);
    const question = { organisation_id: org, workflow_id: id };
    await running.fixture.client.request(UpdateWorkflow, {
      ...question,
      patch: { trigger: trigger({ ...config, has_attachment: true }) },
    });
    expect(await triggersOf(org)).toEqual([[id, [{ ...config, has_attachment: true }]]]);
    await running.fixture.client.request(UpdateWorkflow, { ...question, patch: { trigger: { type: 'webhook' } } });
    expect(await triggersOf(org)).toEqual([]);
    await running.fixture.client.request(UpdateWorkflow, { ...question, patch: { trigger: trigger(config) } });
    await running.fixture.client.request(DeleteWorkflow, question);
    expect(await triggersOf(org)).toEqual([]);
  });

  it('is warned of as long as no mailbox has its address, and what to set up is said', async () => {
    const org = uniqueName('org');
    const warnings = async (address: string) => {
      const document = aWorkflow({ trigger: trigger({ address }) });
      const saved = await running.fixture.client.request(CreateWorkflow, { organisation_id: org, document });
      return saved.warnings ?? [];
    };
    const unserved = (address: string): object => ({
      severity: 'warning',
      code: 'unserved_address',
      path: 'trigger.config.address',
      message: `no mailbox of the organisation has the address "${address}"`,
      hint: 'Set one up with POST /v1/mailboxes, unless the address is an alias of one that is there.',
    });
    expect(await warnings('support@example.com')).toEqual([unserved('support@example.com')]);
    await create(org, 'support@example.com');
    expect(await warnings('support+orders@example.com')).toEqual([]);
    expect(await warnings('sales@example.com')).toEqual([unserved('sales@example.com')]);
    await create(org, '*@example.com');
    expect(await warnings('sales@example.com')).toEqual([]);
  });
});
