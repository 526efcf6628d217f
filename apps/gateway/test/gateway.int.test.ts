import type { ExecutionContext } from '@nestjs/common';
import { RunRequested } from '@millrace/contracts';
import type { AuthenticatedRequest } from '../src/auth/principal.js';
import { OperatorToken } from '../src/auth/operator-token.js';
import { ScopeGuard } from '../src/auth/scope.guard.js';
import { TokenGuard } from '../src/auth/token.guard.js';
import { TokenUses } from '../src/auth/token-uses.js';
import { IdParametersGuard } from '../src/http/id-parameters.guard.js';
import type { RefusedCallers } from '../src/rate-limits/refused-callers.js';
import {
  FOREIGN_WORKFLOW,
  PAUSED_WORKFLOW,
  READ_ONLY_TOKEN,
  startGateway,
  TOKEN,
  WORKFLOW,
  type RunningGateway,
} from './gateway.fixture.js';
import { isPublic, readsByPost, routesOf } from './routes.js';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({
    apiPerHour: 100_000,
    executionsPerMinute: 100_000,
  });
});
afterAll(() => gateway.stop());

/** Every route, with some text in the place of its parameters. */
function routes(): { method: string; path: string }[] {
  return routesOf(gateway.app).map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, 'x') }));
}

describe('tokens', () => {
  it('are asked for on every route but webhooks', async () => {
    const guarded = routes().filter((route) => !isPublic(route));
    expect(guarded.length).toBeGreaterThan(9);
    for (const { method, path } of guarded) {
      for (const token of [null, 'wrong']) {
        const answer = await gateway.call(method, path, { token });
        expect({ method, path, token, status: answer.status, code: answer.body.error?.code }).toEqual({
          method,
          path,
          token,
          status: 401,
          code: 'UNAUTHORIZED',
        });
      }
    }
  });

  it('with read scopes change nothing, on any route', async () => {
    const writes = routes().filter((route) => route.method !== 'GET' && !isPublic(route) && !readsByPost(route));
    for (const { method, path } of writes) {
      const answer = await gateway.call(method, path, { token: READ_ONLY_TOKEN, body: '{}' });
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 403 });
    }
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(600)}`])(
    'come as "Bearer TOKEN", not %j',
    async (authorization) => {
      const answer = await gateway.call('GET', '/v1/workflows', { token: null, headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.body.error?.message).toContain('Bearer');
    },
  );
});

describe('a route without a declaration', () => {
  const called = (params: Record<string, string>): ExecutionContext => {
    const request = { headers: { authorization: `Bearer ${TOKEN}` }, params, principal: {} };
    const context = {
      getHandler: () => () => undefined,
      switchToHttp: () => ({ getRequest: () => request, getResponse: () => undefined }),
    };
    return context as unknown as ExecutionContext;
  };

  const uncounted = { count: () => undefined } as unknown as RefusedCallers;

  it('is open to nobody without a token, and to no token, whatever its scopes', async () => {
    const context = called({});
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const guard = new TokenGuard(gateway.bus, uncounted, gateway.app.get(TokenUses), new OperatorToken(undefined));
    await expect(guard.canActivate(context)).resolves.toBe(true);
    expect(request.principal?.scopes).toEqual(['*']);
    expect(() => new ScopeGuard().canActivate(context)).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', details: { needed_scope: null } }),
    );
    delete request.headers.authorization;
    await expect(guard.canActivate(context)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('is closed when it has a parameter whose form is not declared', () => {
    const guard = new IdParametersGuard(uncounted);
    expect(() => guard.canActivate(called({ unknown_id: 'wf_1' }))).toThrow('unknown_id');
  });
});

describe('executing', () => {
  it('gets its response after the request is stored, with the input as it was sent', async () => {
    const input = { name: 'Ada', 'a.b': [1, { $c: null }] };
    const answer = await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, {
      body: JSON.stringify({ input }),
      headers: { 'x-request-id': 'mine-1' },
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // A tag of what has no version would be held against If-Match, and answer a read with 304.
    expect(answer.headers.get('etag')).toBeNull();
    const { execution_id: executionId } = answer.body;
    expect(answer.body).toEqual({
      id: executionId,
      execution_id: executionId,
      status: 'running',
      started_at: expect.any(String),
      workflow_id: WORKFLOW,
    });
    const stored = await gateway.bus.lastOnSubject(RunRequested, {
      organisation_id: 'org_a',
      execution_id: String(executionId),
    });
    expect(stored?.payload).toMatchObject({
      workflow_id: WORKFLOW,
      version: 3,
      generation: 0,
      trigger: { type: 'api' },
      input,
      request_id: 'mine-1',
    });
  });

  it('needs no body', async () => {
    expect((await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`)).status).toBe(202);
  });

  it.each([
    ['an unknown workflow', 'wf_invalid', 404, 'WORKFLOW_NOT_FOUND'],
    ['a wildcard', '*', 404, 'WORKFLOW_NOT_FOUND'],
    ['another wildcard', '>', 404, 'WORKFLOW_NOT_FOUND'],
    ["another organisation's workflow", FOREIGN_WORKFLOW, 404, 'WORKFLOW_NOT_FOUND'],
    ['a paused workflow', PAUSED_WORKFLOW, 409, 'WORKFLOW_PAUSED'],
  ])('refuses %s', async (_what, id, status, code) => {
    const answer = await gateway.call('POST', `/v1/workflows/${encodeURIComponent(id)}/execute`, { body: '{}' });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, details: { workflow_id: id } });
  });

  it('refuses a version that never was', async () => {
    const answer = await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body: '{"version":99}' });
    expect(answer.body.error).toMatchObject({ code: 'VERSION_NOT_FOUND', details: { version: 99 } });
  });

  it('names unknown fields', async () => {
    const answer = await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body: '{"inputs":{}}' });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [{ message: expect.stringContaining('inputs') }] },
    });
  });
});

describe('bad requests', () => {
  it.each([
    ['malformed JSON', '{"a":', 'application/json', 400, 'INVALID_JSON'],
    ['deep nesting', '['.repeat(100_000) + ']'.repeat(100_000), 'application/json', 400, 'INVALID_JSON'],
    ['another content type', 'a = 1', 'application/toml', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an unknown charset', '{}', 'application/json; charset=klingon', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a body that is too large', `"${'x'.repeat(6 * 1024 * 1024)}"`, 'application/json', 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s gets an error of our shape', async (_what, body, contentType, status, code) => {
    const answer = await gateway.call('POST', '/v1/workflows', { body, headers: { 'content-type': contentType } });
    expect({ status: answer.status, code: answer.body.error?.code }).toEqual({ status, code });
    expect(answer.body.error?.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('to an unknown route are refused with a message that says so', async () => {
    const answer = await gateway.call('GET', '/v1/workflow');
    expect(answer.body.error).toMatchObject({
      code: 'ROUTE_NOT_FOUND',
      details: { method: 'GET', path: '/v1/workflow' },
    });
  });

  it.each(['/V1/workflows', '/v1/Workflows', '/v1/executions/COUNT', '/OpenAPI.json'])(
    'to %s find no route: what is one address to us must not be another to whoever is in front of us',
    async (path) => {
      const answer = await gateway.call('GET', path);
      expect([answer.status, answer.body.error?.code]).toEqual([404, expect.stringMatching(/NOT_FOUND$/)]);
    },
  );

  it.each([
    ['DELETE', '/v1/workflows', 'GET, HEAD, POST'],
    ['POST', '/v1/workflows/wf_01kaxh3v9m0000000000000001', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['OPTIONS', '/v1/workflows/any/execute', 'POST'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
    // Not those of an execution with this id.
    ['OPTIONS', '/v1/executions/bulk', 'POST'],
  ])('%s %s get the methods of the address', async (method, path, allowed) => {
    const answer = await gateway.call(method, path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
    expect(answer.body.error).toMatchObject({ code: 'METHOD_NOT_ALLOWED', details: { allowed: allowed.split(', ') } });
  });

  it.each(['page=0', 'per_page=101', 'page=x', 'status=on', 'sort=size', 'order=name'])(
    'with the query %s name the parameter',
    async (query) => {
      const answer = await gateway.call('GET', `/v1/workflows?${query}`);
      expect(answer.status).toBe(400);
      const issues = answer.body.error?.details.issues as { path: string }[];
      expect(new Set(issues.map((issue) => issue.path))).toEqual(new Set([query.split('=')[0]]));
    },
  );

  it('with a foreign ETag syntax are refused with what If-Match takes', async () => {
    const answer = await gateway.call('PUT', `/v1/workflows/${WORKFLOW}`, {
      body: '{}',
      headers: { 'if-match': 'abc' },
    });
    expect(answer.body.error).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a service that is away', () => {
  it('gives 503 with its name and no half-done work', async () => {
    const answer = await gateway.call('GET', '/v1/workflows');
    expect(answer.status).toBe(503);
    expect(answer.body.error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { service: 'definitions' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('the schema of workflow documents', () => {
  it('is public, for editors', async () => {
    const answer = await gateway.call('GET', '/v1/schemas/workflow.json', { token: null });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/schema+json');
    expect(answer.body).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' });
  });
});
