import { gzipSync } from 'node:zlib';
import {
  CreateWorkflow,
  GetWorkflow,
  GetWorkflowDraft,
  GetWorkflowDraftText,
  GetWorkflowText,
  GetWorkflowVersion,
  PutWorkflowDraft,
  UpdateWorkflow,
  ValidateWorkflow,
  workflowDraftEndpoints,
  workflowEndpoints,
  workflowVersionEndpoints,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { READ_ONLY_TOKEN, startGateway, WORKFLOW, type RunningGateway } from './gateway.fixture.js';

const YAML = '# Greets\nname: Grüße\nsteps: []\n';
const workflow = workflowEndpoints.get.answer.example;

let gateway: RunningGateway;
/** In the place of the service that owns workflows, which is another process. */
let owner: NatsBus;
/** What it was asked, the newest last. */
const asked: [subject: string, question: Record<string, unknown>][] = [];

beforeAll(async () => {
  gateway = await startGateway();
  owner = await connectBus({ url: gateway.natsUrl, name: 'owner', logger: silentLogger });
  const draft = workflowDraftEndpoints.get.answer.example;
  const answers: [{ readonly subject: string }, unknown][] = [
    [CreateWorkflow, workflow],
    [UpdateWorkflow, workflow],
    [ValidateWorkflow, workflowEndpoints.validate.answer.example],
    [GetWorkflow, workflow],
    [GetWorkflowVersion, workflowVersionEndpoints.get.answer.example],
    [GetWorkflowText, { version: 7, text: YAML }],
    [PutWorkflowDraft, draft],
    [GetWorkflowDraft, draft],
    [GetWorkflowDraftText, { version: 4, text: YAML }],
  ];
  for (const [{ subject }, answer] of answers)
    owner.connection.subscribe(subject, {
      callback: (_, message) => {
        asked.push([subject, message.json<Record<string, unknown>>()]);
        message.respond(JSON.stringify(answer));
      },
    });
  await owner.connection.flush();
}, 180_000);
afterAll(async () => {
  await owner.close();
  await gateway.stop();
});
beforeEach(() => asked.splice(0));

const send = (method: string, path: string, headers: Record<string, string> = {}, body = YAML) =>
  gateway.call(method, path, { body, headers: { 'content-type': 'application/yaml', ...headers } });

describe('a body as YAML', () => {
  it.each([
    ['POST', '/v1/workflows', 201, CreateWorkflow.subject],
    ['POST', '/v1/workflows?dry_run=true', 200, ValidateWorkflow.subject],
    ['POST', '/v1/workflows/validate', 200, ValidateWorkflow.subject],
    ['PUT', `/v1/workflows/${WORKFLOW}`, 200, UpdateWorkflow.subject],
    ['PUT', `/v1/workflows/${WORKFLOW}/draft`, 200, PutWorkflowDraft.subject],
  ])('of %s %s reaches the owner as it was sent', async (method, path, status, subject) => {
    expect((await send(method, path)).status).toBe(status);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toEqual([subject, expect.objectContaining({ source: YAML })]);
    expect(asked[0]?.[1]).not.toHaveProperty('document');
    expect(asked[0]?.[1]).not.toHaveProperty('patch');
  });

  it.each(['application/yaml; charset=utf-8', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'Application/YAML'])(
    'may be named %s',
    async (type) => {
      expect((await send('POST', '/v1/workflows', { 'content-type': type })).status).toBe(201);
      expect(asked[0]?.[1]).toMatchObject({ source: YAML });
    },
  );

  it('has no byte order mark when it is read, and may be compressed', async () => {
    await send('POST', '/v1/workflows', {}, `\ufeff${YAML}`);
    const packed = gzipSync(YAML).toString('latin1');
    const response = await fetch(`${gateway.url}/v1/workflows`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer test-token-of-organisation-a',
        'content-type': 'application/yaml',
        'content-encoding': 'gzip',
      },
      body: Buffer.from(packed, 'latin1'),
    });
    expect(response.status).toBe(201);
    expect(asked.map(([, { source }]) => source)).toEqual([YAML, YAML]);
  });

  it.each([
    ['another encoding', { 'content-type': 'application/yaml; charset=utf-16' }, YAML, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['too many bytes', {}, 'ü'.repeat(600_000), 413, 'PAYLOAD_TOO_LARGE'],
    ['another type', { 'content-type': 'application/toml' }, YAML, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('in %s is refused, and nobody is asked', async (_what, headers, body, status, code) => {
    const answer = await send('POST', '/v1/workflows', headers, body);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(asked).toEqual([]);
  });

  it.each([
    [YAML, true],
    ['{"name": "x",', false],
  ])('that is named JSON gets a hint what to name it: %j', async (body, isHinted) => {
    const answer = await send('POST', '/v1/workflows', { 'content-type': 'application/json' }, body);
    expect([answer.status, answer.body.error?.code]).toEqual([400, 'INVALID_JSON']);
    expect(answer.body.error?.message?.includes('send it with Content-Type: application/yaml')).toBe(isHinted);
  });

  it.each([
    ['nobody', null, 401],
    ['who may only read', READ_ONLY_TOKEN, 403],
  ])('of %s is not read', async (_who, token, status) => {
    const headers = { 'content-type': 'application/yaml' };
    const answer = await gateway.call('POST', '/v1/workflows', { token, headers, body: 'a: [' });
    expect([answer.status, asked.length]).toEqual([status, 0]);
  });

  it.each([
    ['PATCH', `/v1/workflows/${WORKFLOW}`],
    ['POST', `/v1/workflows/${WORKFLOW}/execute`],
    ['POST', `/v1/workflows/${WORKFLOW}/draft/publish`],
    ['PUT', '/v1/variables/region'],
  ])('is none for %s %s', async (method, path) => {
    const answer = await send(method, path, {}, '{}');
    expect([answer.status, answer.body.error?.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});

describe('an answer as YAML', () => {
  const paths = [
    [`/v1/workflows/${WORKFLOW}`, '"7"'],
    [`/v1/workflows/${WORKFLOW}/versions/2`, '"7"'],
    [`/v1/workflows/${WORKFLOW}/draft`, '"4"'],
  ] as const;

  it.each(paths)('of %s is the text', async (path, tag) => {
    for (const accept of ['application/yaml', 'text/yaml', 'application/json;q=0.5, application/yaml']) {
      const { status, headers, body } = await gateway.call('GET', path, { headers: { accept } });
      expect([status, body, headers.get('etag')]).toEqual([200, YAML, tag]);
      expect(headers.get('content-type')).toMatch(/^application\/yaml(;|$)/);
      expect(headers.get('vary')).toContain('Accept');
    }
  });

  it.each(paths)('of %s is for those who ask for it', async (path) => {
    for (const accept of ['application/json', '*/*', 'text/html', 'application/json, application/yaml']) {
      const { headers } = await gateway.call('GET', path, { headers: { accept } });
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('vary')).toContain('Accept');
    }
  });

  it('that fails is JSON', async () => {
    const headers = { accept: 'application/yaml' };
    const answer = await gateway.call('GET', '/v1/workflows/none', { headers });
    expect(answer.body.error?.code).toBe('WORKFLOW_NOT_FOUND');
  });
});
