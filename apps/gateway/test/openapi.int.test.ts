import {
  accountEndpoints,
  auditEndpoints,
  CountExecutions,
  CountMatchingExecutions,
  CreateToken,
  CreateWorkflow,
  DeleteSecret,
  DeleteVariable,
  DeleteWorkflow,
  DeleteWorkflowDraft,
  DiffWorkflowVersions,
  DuplicateWorkflow,
  ENDPOINTS,
  executionEndpoints,
  GetCapabilities,
  GetExecution,
  GetExecutionValue,
  GetLoopSummary,
  GetStepRun,
  GetTokenOwner,
  GetWorkflow,
  GetWorkflowDraft,
  GetWorkflowVersion,
  ListAuditLog,
  ListExecutions,
  ListSecrets,
  ListStepRuns,
  ListVariables,
  ListWorkflowVersions,
  PatchWorkflow,
  PlanRestart,
  PublishWorkflowDraft,
  PutSecret,
  PutVariable,
  PutWorkflowDraft,
  ReadJournal,
  secretEndpoints,
  newFileId,
  ListTokens,
  RestoreWorkflow,
  RestoreWorkflowVersion,
  RevokeToken,
  stepRunEndpoints,
  tokenEndpoints,
  UpdateToken,
  UpdateWorkflow,
  ValidateWorkflow,
  variableEndpoints,
  WebhookSnapshot,
  workflowDraftEndpoints,
  workflowEndpoints,
  workflowVersionEndpoints,
  type EndpointDeclaration,
} from '@millrace/contracts';
import { connectBus, HEADERS, silentLogger, type NatsBus } from '@millrace/messaging';
import { ApiDocument } from '@millrace/testing';
import { EVENT_ANSWERS, EVENT_CALLS } from './event-subscriptions.fixture.js';
import { startGateway, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { OPERATION_ANSWERS, OPERATION_CALLS } from './operation.fixture.js';
import { AI_ANSWERS, AI_CALLS } from './ai.fixture.js';
import { toldId } from '../src/live/journal-ids.js';
import { PlaceKeys } from '../src/live/place-keys.js';
import { JOURNAL_PAGE, LIVE_ANSWERS, liveCalls } from './live-calls.fixture.js';
import { MAILBOX, MAILBOX_ANSWERS, MAILBOX_CALLS } from './mailboxes.fixture.js';
import { MAIL_SENDER_ANSWERS, MAIL_SENDER_CALLS } from './mail-senders.fixture.js';
import { isOf, routesOf, storesUnderKey } from './routes.js';
import { LISTENED, WEBHOOK_ANSWERS, WEBHOOK_CALLS } from './webhook-operation.fixture.js';
import { EDITOR_ANSWERS, EDITOR_CALLS } from './editor-calls.fixture.js';
import { LIST_ANSWERS, listCalls } from './workflow-lists.fixture.js';
import { RUN_CONTROL_ANSWERS, RUN_CONTROL_CALLS } from './run-control.fixture.js';
import { SCHEDULE_ANSWERS, scheduleCalls } from './schedule-calls.fixture.js';

let gateway: RunningGateway;
/** In the place of the services that own workflows and executions, which are other processes. */
let owners: NatsBus;
let questions = 0;
/** How many of them say which write under a key they are part of. */
let told = 0;
const TOKEN_ID = tokenEndpoints.list.answer.example.tokens[0].id;
const EXECUTION = executionEndpoints.get.answer.example.id;
const workflow = workflowEndpoints.get.answer.example;
const FILE = { organisation_id: 'org_a', execution_id: EXECUTION, file_id: newFileId(EXECUTION) };

beforeAll(async () => {
  gateway = await startGateway();
  owners = await connectBus({ url: gateway.natsUrl, name: 'owners', logger: silentLogger });
  const answers: [{ readonly subject: string }, () => unknown][] = [
    ...LIST_ANSWERS,
    [CreateWorkflow, () => workflow],
    [GetWorkflow, () => workflow],
    [UpdateWorkflow, () => workflow],
    [PatchWorkflow, () => workflow],
    [RestoreWorkflow, () => workflow],
    ...EDITOR_ANSWERS,
    [ValidateWorkflow, () => workflowEndpoints.validate.answer.example],
    [GetWorkflowDraft, () => workflowDraftEndpoints.get.answer.example],
    [PutWorkflowDraft, () => workflowDraftEndpoints.put.answer.example],
    [PublishWorkflowDraft, () => workflow],
    [DeleteWorkflowDraft, () => ({ workflow_id: WORKFLOW, deleted: true })],
    [DeleteWorkflow, () => ({ id: WORKFLOW, deleted: true })],
    [DuplicateWorkflow, () => workflow],
    [ListWorkflowVersions, () => workflowVersionEndpoints.list.answer.example],
    [GetWorkflowVersion, () => workflowVersionEndpoints.get.answer.example],
    [DiffWorkflowVersions, () => workflowVersionEndpoints.diff.answer.example],
    [RestoreWorkflowVersion, () => workflowVersionEndpoints.restore.answer.example],
    ...SCHEDULE_ANSWERS,
    [ListSecrets, () => secretEndpoints.list.answer.example],
    [PutSecret, () => secretEndpoints.put.answer.example],
    [DeleteSecret, () => ({ name: 'crm_key', deleted: true })],
    [ListVariables, () => variableEndpoints.list.answer.example],
    [PutVariable, () => variableEndpoints.put.answer.example],
    [DeleteVariable, () => ({ name: 'region', deleted: true })],
    ...MAILBOX_ANSWERS,
    ...MAIL_SENDER_ANSWERS,
    ...AI_ANSWERS,
    ...EVENT_ANSWERS,
    ...WEBHOOK_ANSWERS,
    [CountExecutions, () => ({ counts: { [workflow.id]: 3 } })],
    [GetExecution, () => executionEndpoints.get.answer.example],
    ...RUN_CONTROL_ANSWERS,
    [ListExecutions, () => executionEndpoints.list.answer.example],
    [CountMatchingExecutions, () => executionEndpoints.count.answer.example],
    [ListStepRuns, () => stepRunEndpoints.list.answer.example],
    [GetStepRun, () => stepRunEndpoints.get.answer.example],
    [GetLoopSummary, () => stepRunEndpoints.loop.answer.example],
    [ReadJournal, () => JOURNAL_PAGE],
    ...LIVE_ANSWERS,
    [ListTokens, () => tokenEndpoints.list.answer.example],
    [CreateToken, () => tokenEndpoints.create.answer.example],
    [UpdateToken, () => tokenEndpoints.update.answer.example],
    [RevokeToken, () => ({ id: TOKEN_ID, revoked: true })],
    ...OPERATION_ANSWERS,
    [GetTokenOwner, () => accountEndpoints.me.answer.example],
    [ListAuditLog, () => auditEndpoints.list.answer.example],
    [GetCapabilities, () => accountEndpoints.capabilities.answer.example],
    [GetExecutionValue, () => ({ json: '{"large":[1,2]}' })],
  ];
  for (const [{ subject }, answer] of answers)
    owners.connection.subscribe(subject, {
      callback: (_, message) => {
        // Where an execution goes on from is read again: its id is what makes a repetition harmless.
        if (subject !== PlanRestart.subject) questions += 1;
        if (message.headers?.has(HEADERS.keyedWrite)) told += 1;
        message.respond(JSON.stringify(answer()));
      },
    });
  await owners.connection.flush();
  await gateway.bus.snapshots.put(WebhookSnapshot, LISTENED, LISTENED);
  const content = [Buffer.from('"a"')];
  await owners.files.store({ address: FILE, name: 'a.json', type: 'application/json', content });
});
afterAll(async () => {
  await owners.close();
  await gateway.stop();
});

test('every route is a declared endpoint, and every declared endpoint is a route', () => {
  const routes = routesOf(gateway.app).map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const declared = ENDPOINTS.filter(({ method }) => method !== 'ANY').map(({ method, path }) => `${method} ${path}`);
  const anyMethod = ENDPOINTS.filter(({ method }) => method === 'ANY').map(({ path }) => path);
  const others = routes.filter((route) => !anyMethod.some((path) => route.endsWith(` ${path}`)));
  expect(others.sort()).toEqual(declared.sort());
  for (const path of anyMethod) expect(routes).toContain(`POST ${path}`);
});

test('every answer that succeeds is as documented, with its headers, and that of a write is given again under its key', async () => {
  const one = `/v1/workflows/${WORKFLOW}`;
  const behind = toldId(
    await new PlaceKeys(gateway.bus).of({ organisationId: 'org_a', executionId: EXECUTION }),
    '17-3',
  );
  const calls: [method: string, path: string, status: number, body?: string][] = [
    ...listCalls(WORKFLOW),
    ['POST', '/v1/workflows', 201, '{}'],
    ['POST', '/v1/workflows?dry_run=true', 200, '{}'],
    ['POST', '/v1/workflows?dry_run=false', 201, '{}'],
    ['POST', '/v1/workflows/validate', 200, '{}'],
    ...EDITOR_CALLS,
    ['GET', one, 200],
    ['PUT', one, 200, '{}'],
    ['PATCH', one, 200, '{}'],
    ['POST', `${one}/activate`, 200],
    ['POST', `${one}/pause`, 200],
    ['POST', `${one}/duplicate`, 201],
    ['POST', `${one}/restore`, 200],
    ['PUT', `${one}/draft`, 200, '{"document":{},"pins":{"a":1},"source":"x: 1","based_on":2}'],
    ['GET', `${one}/draft`, 200],
    ['POST', `${one}/draft/publish`, 200],
    ['POST', `${one}/draft/publish`, 200, '{"note":"x","activate":true}'],
    ['DELETE', `${one}/draft`, 204],
    ['GET', `${one}/versions?limit=2&starting_after=3`, 200],
    ['GET', `${one}/versions/2`, 200],
    ['GET', `${one}/versions/2/diff?against=1`, 200],
    ['POST', `${one}/versions/2/restore`, 200],
    ['POST', `${one}/execute`, 202, '{"input":1}'],
    ['GET', `${one}/executions`, 200],
    ['GET', `${one}/executions/${EXECUTION}`, 200],
    ['GET', '/v1/executions?limit=1', 200],
    ...RUN_CONTROL_CALLS,
    ['GET', `/v1/executions/${EXECUTION}`, 200],
    ['GET', `/v1/executions/${EXECUTION}?steps=none`, 200],
    ['GET', `/v1/executions/count?status=failed,waiting&workflow_id=${WORKFLOW}&version=2&q=order&min_ms=100`, 200],
    ['GET', '/v1/executions?from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00%2B01:00&label=order%204711', 200],
    ['GET', `/v1/executions/${EXECUTION}/steps?parent=a%5B3%5D.b&from_index=2&status=failed,running&limit=1`, 200],
    ['GET', `/v1/executions/${EXECUTION}/steps/a%5B3%5D.b`, 200],
    ['GET', `/v1/executions/${EXECUTION}/loops/a%5B3%5D.b`, 200],
    ['GET', `/v1/executions/${EXECUTION}/journal?starting_after=${behind}`, 200],
    ...liveCalls(EXECUTION, WORKFLOW),
    ['GET', `/v1/executions/${EXECUTION}/input`, 200],
    ['GET', `/v1/executions/${EXECUTION}/output`, 200],
    ['GET', `/v1/executions/${EXECUTION}/steps/a.b/output`, 200],
    ['GET', `/v1/executions/${EXECUTION}/files?limit=1`, 200],
    ['GET', `/v1/files/${FILE.file_id}`, 200],
    ...scheduleCalls(WORKFLOW),
    ...WEBHOOK_CALLS,
    ...MAILBOX_CALLS,
    ['GET', '/v1/secrets?limit=5&starting_after=a', 200],
    ['PUT', '/v1/secrets/crm_key', 200, '{"value":"correct-horse"}'],
    ['DELETE', '/v1/secrets/crm_key', 204],
    ['GET', '/v1/variables', 200],
    ['PUT', '/v1/variables/region', 200, '{"value":{"a":[1]}}'],
    ['DELETE', '/v1/variables/region', 204],
    ...MAIL_SENDER_CALLS,
    ...AI_CALLS,
    ...EVENT_CALLS,
    ['DELETE', one, 204],
    ['GET', '/v1/tokens?limit=1', 200],
    ['POST', '/v1/tokens', 201, '{"name":"a","scopes":["workflows:read"]}'],
    ['PATCH', `/v1/tokens/${TOKEN_ID}`, 200, '{"name":"b"}'],
    ['DELETE', `/v1/tokens/${TOKEN_ID}`, 204],
    ...OPERATION_CALLS,
    ['GET', '/v1/me', 200],
    ['GET', '/v1/capabilities', 200],
    ['GET', `/v1/audit-log?actor=${TOKEN_ID}&resource_type=token&resource_id=a.b&action=update&limit=1`, 200],
    ['GET', '/v1/audit-log?actor=operator&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z', 200],
  ];
  for (const [number, [method, path, status, body]] of calls.entries()) {
    const headers: Record<string, string> = method === 'GET' ? {} : { 'idempotency-key': `call ${number}` };
    const sent = { headers, ...(body === undefined ? {} : { body }) };
    const toldBefore = told;
    const answer = await gateway.call(method, path, sent);
    const stores = ENDPOINTS.some((endpoint) => isOf(endpoint, method, path) && storesUnderKey(endpoint));
    if (stores && !path.includes('dry_run=true'))
      expect([method, path, told > toldBefore]).toEqual([method, path, true]);
    expect([method, path, answer.status, replayed(answer)]).toEqual([method, path, status, null]);
    // A stream is not kept: repeating the call begins another one.
    if (method === 'GET' || path.endsWith('/listen')) continue;
    const asked = questions;
    const again = await gateway.call(method, path, sent);
    const seen = ({ status: code, body: json, headers: all }: typeof again) => [
      code,
      json,
      all.get('etag'),
      all.get('location'),
    ];
    const wanted = [method, path, 'true', seen(answer), asked];
    expect([method, path, replayed(again), seen(again), questions]).toEqual(wanted);
  }
  const isCalled = (endpoint: EndpointDeclaration): boolean =>
    calls.some(([method, path]) => isOf(endpoint, method, path));
  const missed = ENDPOINTS.filter((endpoint) => endpoint.access !== 'public' && !isCalled(endpoint));
  expect(missed.map(({ id }) => id)).toEqual([]);
});

const replayed = ({ headers }: { headers: Headers }): string | null => headers.get('idempotency-replayed');

test('a merge patch comes as JSON or as what it is, and nothing else', async () => {
  const path = `/v1/workflows/${WORKFLOW}`;
  const send = async (method: string, type: string) => {
    const headers = { 'content-type': type };
    const { status, body } = await gateway.call(method, path, { body: '{"description":null}', headers });
    return [status, body.error?.code];
  };
  expect(await send('PATCH', 'application/merge-patch+json')).toEqual([200, undefined]);
  expect(await send('PATCH', 'application/merge-patch+json; charset=utf-8')).toEqual([200, undefined]);
  expect(await send('PATCH', 'application/json')).toEqual([200, undefined]);
  expect(await send('PATCH', 'application/json-patch+json')).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  expect(await send('PUT', 'application/merge-patch+json')).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
});

test('what people edit has its version as ETag, and a change that names another form is refused', async () => {
  const edited = [
    ['PUT', `/v1/workflows/${WORKFLOW}`, '{}'],
    ['PUT', `/v1/workflows/${WORKFLOW}/draft`, '{"document":{}}'],
    ['PUT', '/v1/secrets/crm_key', '{"value":"correct-horse"}'],
    ['PUT', '/v1/variables/region', '{"value":1}'],
    ['PUT', '/v1/mail/senders/support', '{"host":"smtp.example.com","from":"a@example.com"}'],
    ['PUT', '/v1/ai/providers/openai', '{"type":"openai","api_key":"sk-correct-horse"}'],
    ['PATCH', `/v1/tokens/${TOKEN_ID}`, '{"name":"b"}'],
    ['PATCH', `/v1/mailboxes/${MAILBOX.id}`, '{"after":"seen"}'],
    ['PATCH', EVENT_CALLS[3]?.[1] ?? '', '{"status":"active"}'],
    ['PATCH', '/v1/organisations/org_acme', '{"name":"b"}'],
  ] as const;
  for (const [method, path, body] of edited) {
    const answer = await gateway.call(method, path, { body });
    expect([path, answer.headers.get('etag')]).toEqual([path, `"${answer.body['version'] as number}"`]);
    const odd = await gateway.call(method, path, { body, headers: { 'if-match': 'yesterday' } });
    expect([path, odd.status, odd.body.error?.code]).toEqual([path, 400, 'INVALID_INPUT']);
  }
});

test('a part of a value is as documented', async () => {
  const part = await fetch(`${gateway.url}/v1/executions/${EXECUTION}/output`, {
    headers: { authorization: 'Bearer test-token-of-organisation-a', range: 'bytes=2-6' },
  });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-6/15', 'large']);
});

describe('the check of answers', () => {
  it('finds a field that is missing, and one that is not documented', async () => {
    const document = new ApiDocument((await gateway.call('GET', '/openapi.json', { token: null })).body);
    const answer = { method: 'GET', path: '/v1/executions', status: 200, contentType: 'application/json' };
    const good = executionEndpoints.list.answer.example;
    expect(document.problemsOf({ ...answer, body: good })).toEqual([]);
    expect(document.problemsOf({ ...answer, body: { ...good, has_more: undefined } })).not.toEqual([]);
    expect(document.problemsOf({ ...answer, body: { ...good, total: 1 } })).toEqual([
      expect.stringContaining('"additionalProperty":"total"'),
    ]);
    expect(document.problemsOf({ ...answer, body: good, headers: new Headers({ 'x-request-id': 'req_1' }) })).toEqual([
      expect.stringContaining('lacks X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset'),
    ]);
    expect(document.problemsOf({ ...answer, status: 418, body: {} })).toEqual([expect.stringContaining('418')]);
  });
});

it('nothing of the API runs or loads anything when a browser opens it as a page', async () => {
  for (const path of ['/v1/workflows', '/v1/nothing', '/openapi.json']) {
    const { headers } = await fetch(gateway.url + path);
    expect([path, headers.get('content-security-policy')]).toEqual([
      path,
      "default-src 'none'; frame-ancestors 'none'",
    ]);
  }
});

describe('the documentation page', () => {
  it('is public, and loads nothing from elsewhere', async () => {
    const page = await fetch(`${gateway.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
    const html = await page.text();
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] as string);
    expect(files.length).toBe(4);
    for (const file of files) {
      const answer = await fetch(gateway.url + file);
      expect([file, answer.status, answer.headers.get('x-content-type-options')]).toEqual([file, 200, 'nosniff']);
      expect((await answer.text()).length).toBeGreaterThan(100);
    }
  });
});
