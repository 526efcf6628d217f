import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateMailbox,
  CreateOrganisation,
  CreateToken,
  CreateWorkflow,
  DeleteMailbox,
  DeleteMailSender,
  DeleteOrganisation,
  DeleteSecret,
  DeleteVariable,
  DeleteWorkflow,
  PutMailSender,
  PutSecret,
  PutVariable,
  RevokeToken,
} from '@millrace/contracts';
import { aWorkflow } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

const ORG = 'org_dev';
const folder = mkdtempSync(join(tmpdir(), 'millrace-deletes-'));
const keysFile = join(folder, 'master-keys');

let fixture: Fixture;
beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  fixture = await openFixture();
  await fixture.start({ MILLRACE_MASTER_KEYS_FILE: keysFile });
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

interface Made {
  readonly version: number;
  /** Deletes it, if it is at that version. */
  readonly remove: (if_version: number | undefined) => Promise<unknown>;
}

const of = { organisation_id: ORG };

/** Whatever has a version and can be deleted. */
const KINDS: Readonly<Record<string, () => Promise<Made>>> = {
  async workflow() {
    const { id: workflow_id, version } = await fixture.client.request(CreateWorkflow, {
      ...of,
      document: aWorkflow({}),
    });
    return {
      version,
      remove: (if_version) => fixture.client.request(DeleteWorkflow, { ...of, workflow_id, if_version }),
    };
  },
  async secret() {
    const { name, version } = await fixture.client.request(PutSecret, { ...of, name: 'key', value: 'correct-horse' });
    return { version, remove: (if_version) => fixture.client.request(DeleteSecret, { ...of, name, if_version }) };
  },
  async variable() {
    const { name, version } = await fixture.client.request(PutVariable, { ...of, name: 'region', value: 'eu' });
    return { version, remove: (if_version) => fixture.client.request(DeleteVariable, { ...of, name, if_version }) };
  },
  async mailbox() {
    const imap = { host: 'imap.example.com', user: 'a', auth: { secret: 'correct-horse' } };
    const mailbox = { address: 'a@example.com', imap };
    const { id, version } = await fixture.client.request(CreateMailbox, { ...of, mailbox });
    return {
      version,
      remove: (if_version) => fixture.client.request(DeleteMailbox, { ...of, mailbox_id: id, if_version }),
    };
  },
  async 'mail sender'() {
    const sender = {
      host: 'smtp.example.com',
      port: 587,
      tls: 'starttls',
      from: 'a@example.com',
      rate_per_minute: 60,
    } as const;
    const { name, version } = await fixture.client.request(PutMailSender, { ...of, name: 'support', sender });
    return { version, remove: (if_version) => fixture.client.request(DeleteMailSender, { ...of, name, if_version }) };
  },
  async token() {
    const token = { name: 'CI', scopes: ['workflows:read' as const] };
    const { id, version } = await fixture.client.request(CreateToken, { ...of, caller_scopes: ['*'], token });
    return {
      version,
      remove: (if_version) => fixture.client.request(RevokeToken, { ...of, token_id: id, if_version }),
    };
  },
  async organisation() {
    const organisation = { name: 'Acme', suspended: true };
    const { id, version } = await fixture.client.request(CreateOrganisation, { organisation });
    return {
      version,
      remove: (if_version) => fixture.client.request(DeleteOrganisation, { organisation_id: id, if_version }),
    };
  },
};

test.each(Object.entries(KINDS))('a %s is deleted only at the version that its caller has read', async (_, make) => {
  const { version, remove } = await make();
  await expect(remove(version + 1)).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
    details: { if_version: version + 1, current_version: version },
  });
  await remove(version);
  await expect(remove(version)).rejects.toMatchObject({ code: expect.stringMatching(/_NOT_FOUND$/) as string });
});
