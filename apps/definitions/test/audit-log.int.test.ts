import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BeginAuditEntry,
  CancelJob,
  CreateJob,
  CreateOrganisation,
  CreateToken,
  CreateWorkflow,
  DeleteOrganisation,
  DeleteWorkflow,
  EndAuditEntry,
  GetWorkflowVersion,
  ListAuditLog,
  ListWebhooks,
  newId,
  PutMailSender,
  PutSecret,
  PutVariable,
  PutWorkflowDraft,
  RecordProfile,
  RestoreWorkflow,
  RevokeToken,
  UpdateOrganisation,
  UpdateWorkflow,
  type AuditEntry,
  type RequestDefinition,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, idAt, uniqueName } from '@millrace/testing';
import type { z } from 'zod';
import { openFixture, type Fixture } from './definitions.fixture.js';

const CANARY = 'c4n4ry-correct-horse-battery-staple';
const folder = mkdtempSync(join(tmpdir(), 'millrace-audit-'));
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

type Members = Partial<z.output<typeof BeginAuditEntry.question>>;

/** Begins an entry, as a gateway does; returns its id. */
async function begin(organisation_id: string | null, members: Members = {}): Promise<string> {
  const entry = {
    entry_id: newId('audit_entry'),
    organisation_id,
    at: new Date().toISOString(),
    actor: { type: 'token', id: 'tok_01kaxh3v9m0000000000000001' },
    action: 'update',
    resource: { type: 'workflow', id: 'wf_1' },
    address: '192.0.2.10',
    request_id: 'req_1',
    ...members,
  };
  await fixture.client.request(BeginAuditEntry, entry);
  return entry.entry_id;
}

/** Asks within an entry that is begun before and ended after, as a gateway does. */
async function recorded<Q, R>(
  organisation_id: string | null,
  request: RequestDefinition<Q, R>,
  question: Q,
): Promise<R> {
  const entry_id = await begin(organisation_id);
  const answer = await fixture.client.request(request, question, { auditEntry: entry_id });
  await fixture.client.request(EndAuditEntry, { entry_id, organisation_id, error: null });
  return answer;
}

async function entries(organisation_id: string, filter: object = {}): Promise<AuditEntry[]> {
  return (await fixture.client.request(ListAuditLog, { organisation_id, limit: 100, ...filter })).entries;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A workflow that has been made, changed, deleted and brought back. */
async function changedWorkflow(organisation_id: string): Promise<WorkflowResource> {
  const document = aWorkflow({ name: 'Audited' });
  const workflow = await recorded(organisation_id, CreateWorkflow, { organisation_id, document });
  const one = { organisation_id, workflow_id: workflow.id };
  await recorded(organisation_id, UpdateWorkflow, { ...one, patch: { name: 'Changed' } });
  await recorded(organisation_id, UpdateWorkflow, { ...one, patch: { status: 'paused' } });
  await recorded(organisation_id, DeleteWorkflow, one);
  await recorded(organisation_id, RestoreWorkflow, one);
  return workflow;
}

describe('an entry', () => {
  it('says what was and what is, so that each write begins where the one before has ended', async () => {
    const org = uniqueName('org');
    const { id: workflow_id } = await changedWorkflow(org);
    const [made, changed, paused, deleted, restored] = (await entries(org)).reverse();
    expect([made?.before, deleted?.after, restored?.before]).toEqual([null, null, null]);
    expect(changed?.before).toEqual(made?.after);
    expect(paused?.before).toEqual(changed?.after);
    expect(deleted?.before).toEqual(paused?.after);
    expect(restored?.after).toEqual(deleted?.before);
    expect(paused?.after?.hash).not.toBe(paused?.before?.hash);
    expect([changed?.before?.version, changed?.after?.version]).toEqual([1, 2]);
    // As docs/audit-log.md says, from what the API shows.
    const { document } = await fixture.client.request(GetWorkflowVersion, {
      organisation_id: org,
      workflow_id,
      version: 2,
    });
    const { webhooks } = await fixture.client.request(ListWebhooks, { organisation_id: org, workflow_id });
    const text = JSON.stringify({ status: 'paused', paused_schedules: [], webhooks: [webhooks[0]?.id], document });
    expect(paused?.after).toEqual({ hash: sha256(text), version: 2 });
  });

  it('of a write that changes nothing says the same before and after, or nothing', async () => {
    const org = uniqueName('org');
    const workflow = await fixture.client.request(CreateWorkflow, { organisation_id: org, document: aWorkflow({}) });
    const question = { organisation_id: org, workflow_id: workflow.id, patch: { name: workflow.name } };
    await recorded(org, UpdateWorkflow, question);
    expect((await entries(org))[0]).toMatchObject({ outcome: 'succeeded', before: null, after: null });
  });

  it('of a profile that is taken of a process is the operator’s', async () => {
    const question = {
      service: uniqueName('service'),
      instance: 'host:1',
      kind: 'heap',
      address: '192.0.2.10',
    } as const;
    await fixture.client.request(RecordProfile, { ...question, request_id: 'req_1' });
    const [entry] = await entries('operator', { resource_id: `${question.service}.heap` });
    expect(entry).toMatchObject({
      ...{ action: 'profile', outcome: 'succeeded', address: '192.0.2.10', request_id: 'req_1' },
      actor: { type: 'operator' },
      resource: { type: 'installation' },
    });
  });

  it('is there when the process that began it has died, and says that nobody knows what came of it', async () => {
    const org = uniqueName('org');
    await begin(org);
    expect(await entries(org)).toMatchObject([{ outcome: 'unknown', error: null, before: null, after: null }]);
  });

  it('says what was changed although its caller got a failure, or nothing', async () => {
    const org = uniqueName('org');
    const entry_id = await begin(org);
    await fixture.client.request(
      CreateWorkflow,
      { organisation_id: org, document: aWorkflow({}) },
      { auditEntry: entry_id },
    );
    // The gateway died, or the answer was lost.
    expect((await entries(org))[0]).toMatchObject({ outcome: 'unknown', after: { version: 1 } });
    await fixture.client.request(EndAuditEntry, { entry_id, organisation_id: org, error: 'SERVICE_UNAVAILABLE' });
    expect((await entries(org))[0]).toMatchObject({
      outcome: 'failed',
      error: 'SERVICE_UNAVAILABLE',
      after: { version: 1 },
    });
  });

  it('is one, however often it is begun', async () => {
    const org = uniqueName('org');
    const entry_id = await begin(org);
    await begin(org, { entry_id, action: 'delete' });
    expect(await entries(org)).toMatchObject([{ id: entry_id, action: 'update' }]);
  });

  it('is ended, and what was changed is noted in it, by its own organisation alone', async () => {
    const [org, other] = [uniqueName('org'), uniqueName('org')];
    const entry_id = await begin(org);
    await fixture.client.request(EndAuditEntry, { entry_id, organisation_id: other, error: null });
    const question = { organisation_id: other, document: aWorkflow({}) };
    await fixture.client.request(CreateWorkflow, question, { auditEntry: entry_id });
    expect(await entries(org)).toMatchObject([{ outcome: 'unknown', after: null }]);
    expect(await entries(other)).toEqual([]);
  });

  it('of settings and tokens has their versions, and nothing that is secret', async () => {
    const org = uniqueName('org');
    await recorded(org, PutSecret, { organisation_id: org, name: 'key', value: CANARY });
    await recorded(org, PutSecret, { organisation_id: org, name: 'key', value: `${CANARY}2` });
    const sender = { host: 'smtp.example.com', user: 'a', password: CANARY, from: 'a@example.com' } as const;
    await recorded(org, PutMailSender, {
      organisation_id: org,
      name: 'support',
      sender: { port: 587, tls: 'starttls', rate_per_minute: 60, ...sender },
    });
    await recorded(org, PutVariable, { organisation_id: org, name: 'region', value: 'eu' });
    const token = await recorded(org, CreateToken, {
      organisation_id: org,
      caller_scopes: ['*'],
      token: { name: 'CI', scopes: ['*'] },
    });
    await recorded(org, RevokeToken, { organisation_id: org, token_id: token.id });
    const found = (await entries(org)).reverse();
    const versions = found.map(({ before, after }) => [before?.version ?? null, after?.version ?? null]);
    expect(versions).toEqual([
      [null, 1],
      [1, 2],
      [null, 1],
      [null, 1],
      [null, 1],
      [1, null],
    ]);
    expect(found[1]?.before).toEqual(found[0]?.after);
    const documents = await fixture.mongo.collection('audit_log').find({ organisation_id: org }).toArray();
    const everything = JSON.stringify([found, documents]);
    const secrets = [CANARY, `${CANARY}2`, token.token];
    const forms = secrets.flatMap((secret) => [
      secret,
      sha256(secret),
      Buffer.from(secret).toString('base64').slice(2, -4),
    ]);
    for (const form of forms) expect(everything).not.toContain(form);
  });

  it('of a draft has the version of the draft', async () => {
    const org = uniqueName('org');
    const { id: workflow_id } = await fixture.client.request(CreateWorkflow, {
      organisation_id: org,
      document: aWorkflow({}),
    });
    await recorded(org, PutWorkflowDraft, { organisation_id: org, workflow_id, document: { steps: [] } });
    expect((await entries(org))[0]).toMatchObject({ before: null, after: { version: 1 } });
  });

  it("of the operator's is in the log of the organisation, also of one that it makes", async () => {
    const actor = { type: 'operator', id: null };
    const entry_id = await begin(null, { actor, action: 'create', resource: { type: 'organisation', id: null } });
    const organisation = { name: 'Acme' };
    const made = await fixture.client.request(CreateOrganisation, { organisation }, { auditEntry: entry_id });
    const ended = { entry_id, organisation_id: null, error: null, resource_id: made.id, made_organisation_id: made.id };
    await fixture.client.request(EndAuditEntry, ended);
    await recorded(made.id, UpdateOrganisation, { organisation_id: made.id, patch: { suspended: true } });
    const [changed, created] = await entries(made.id);
    expect(created).toMatchObject({
      actor: { type: 'operator', id: null, name: null },
      resource: { type: 'organisation', id: made.id },
      before: null,
      after: { version: 1 },
    });
    expect(changed?.before).toEqual(created?.after);
    await recorded(made.id, DeleteOrganisation, { organisation_id: made.id });
    expect((await entries(made.id))[0]).toMatchObject({ before: changed?.after, after: null });
  });

  it('of a job has what it was made of, and whether it is cancelled', async () => {
    const org = uniqueName('org');
    const parameters = { action: 'cancel', filter: {} };
    const job = { organisation_id: org, kind: 'bulk' as const, parameters, items: ['exec_1'] };
    const { id: job_id } = await recorded(org, CreateJob, job);
    await recorded(org, CancelJob, { organisation_id: org, job_id });
    const again = { entry_id: await begin(org), organisation_id: org };
    const cancel = fixture.client.request(CancelJob, { organisation_id: org, job_id }, { auditEntry: again.entry_id });
    await expect(cancel).rejects.toMatchObject({ code: 'JOB_FINISHED' });
    const [refused, cancelled, made] = await entries(org);
    const hash = (isCancelled: boolean): string =>
      sha256(JSON.stringify({ id: job_id, kind: 'bulk', parameters, cancelled: isCancelled }));
    expect(made).toMatchObject({ before: null, after: { hash: hash(false), version: null } });
    expect(cancelled).toMatchObject({ before: made?.after, after: { hash: hash(true), version: null } });
    expect(refused).toMatchObject({ before: null, after: null });
  });

  it('has the name that the token had', async () => {
    const org = uniqueName('org');
    const token = { name: 'Deployment', scopes: ['*' as const] };
    const { id } = await fixture.client.request(CreateToken, { organisation_id: org, caller_scopes: ['*'], token });
    await begin(org, { actor: { type: 'token', id } });
    await fixture.client.request(RevokeToken, { organisation_id: org, token_id: id });
    expect((await entries(org))[0]?.actor).toEqual({ type: 'token', id, name: 'Deployment' });
  });
});

describe('the list', () => {
  it('has the entries of its organisation alone, newest first, page by page', async () => {
    const [org, other] = [uniqueName('org'), uniqueName('org')];
    const ids = [await begin(org), await begin(org), await begin(org)].reverse();
    await begin(other);
    const pages: string[][] = [];
    let starting_after: string | undefined;
    do {
      const page = await fixture.client.request(ListAuditLog, { organisation_id: org, limit: 2, starting_after });
      pages.push(page.entries.map(({ id }) => id));
      starting_after = page.next_cursor ?? undefined;
    } while (starting_after !== undefined);
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2)]);
  });

  it('is filtered by actor, resource, action and time, each with the others', async () => {
    const org = uniqueName('org');
    const at = (hour: number): Members => {
      const time = Date.parse(`2026-11-25T0${hour}:00:00.000Z`);
      return { entry_id: idAt('audit_entry', time), at: new Date(time).toISOString() };
    };
    const secret = { type: 'secret', id: 'key' };
    const operator = { type: 'operator', id: null };
    const [first, second, third] = [
      await begin(org, { ...at(1), action: 'delete' }),
      await begin(org, { ...at(2), actor: operator }),
      await begin(org, { ...at(3), resource: secret }),
    ];
    const found = async (filter: object): Promise<string[]> => (await entries(org, filter)).map(({ id }) => id);
    expect(await found({})).toEqual([third, second, first]);
    expect(await found({ actor: 'operator' })).toEqual([second]);
    expect(await found({ actor: 'tok_01kaxh3v9m0000000000000001' })).toEqual([third, first]);
    expect(await found({ action: 'delete' })).toEqual([first]);
    expect(await found({ resource_type: 'secret' })).toEqual([third]);
    expect(await found({ resource_type: 'workflow', resource_id: 'key' })).toEqual([]);
    expect(await found({ resource_id: 'wf_1', action: 'update' })).toEqual([second]);
    expect(await found({ from: '2026-11-25T02:00:00Z' })).toEqual([third, second]);
    expect(await found({ from: '2026-11-25T02:00:00Z', to: '2026-11-25T03:00:00Z' })).toEqual([second]);
    expect(await found({ to: '2026-11-25T03:00:00Z', starting_after: second })).toEqual([first]);
  });
});

it('a page has a hundred entries at most, whatever is asked for', async () => {
  const org = uniqueName('org');
  const ids = [];
  for (let count = 0; count <= 100; count++) ids.unshift(await begin(org));
  const page = await fixture.client.request(ListAuditLog, { organisation_id: org, limit: 500 });
  expect([page.entries.map(({ id }) => id), page.has_more]).toEqual([ids.slice(0, 100), true]);
});
