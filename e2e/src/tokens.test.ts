import type { Account, AiModelList, Capabilities, TokenCreated, TokenList } from '@millrace/contracts';
import { ApiClient, apiBase, type Refusal } from './support/api.js';
import { eventually } from './support/eventually.js';
import { startReplicas, type Replica } from './support/replicas.js';

const api = new ApiClient();
let second: Replica;

beforeAll(async () => {
  [second] = (await startReplicas(['gateway'])) as [Replica];
});
afterAll(() => second.stop());

const create = (scopes: string[]) =>
  api.expect<TokenCreated>(201, 'POST', '/tokens', { json: { name: 'e2e', scopes } });

/** What each of the two gateways returns for a call with the token. */
async function answers(token: string): Promise<{ status: number; code: string | undefined }[]> {
  return Promise.all(
    [apiBase(), second.apiUrl].map(async (base) => {
      const { status, body } = await new ApiClient(token, base).call<Partial<Refusal>>('GET', '/me');
      return { status, code: body.error?.code };
    }),
  );
}

test('a token works at every gateway when it is made, and at none when it is revoked', async () => {
  const { id, token } = await create(['workflows:read']);
  expect(await answers(token)).toEqual([{ status: 200 }, { status: 200 }]);
  await api.expect(204, 'DELETE', `/tokens/${id}`);
  const refused = { status: 401, code: 'UNAUTHORIZED' };
  expect(
    await eventually(
      'both gateways refuse it',
      async () => {
        const both = await answers(token);
        return both.every(({ status }) => status === 401) ? both : undefined;
      },
      // Promised within 5 s, by the settings of the installation as they are; four times that is for a machine that is busy.
      { timeoutMs: 20_000 },
    ),
  ).toEqual([refused, refused]);
  expect((await api.call<Refusal>('DELETE', `/tokens/${id}`)).status).toBe(404);
});

test('a token does what its scopes say, hands out no others, and says when it was used', async () => {
  const { id, token } = await create(['tokens:write', 'workflows:read']);
  const limited = new ApiClient(token);
  const me = await limited.expect<Account>(200, 'GET', '/me');
  expect(me).toMatchObject({
    organisation: { id: 'org_dev' },
    token: { id, scopes: ['tokens:write', 'workflows:read'] },
  });
  await limited.expect(200, 'GET', '/workflows');
  const { models } = await limited.expect<Capabilities>(200, 'GET', '/capabilities');
  expect(models).toEqual(
    expect.arrayContaining((await api.expect<AiModelList>(200, 'GET', '/ai/models')).models.map(({ name }) => name)),
  );
  await limited.expect(403, 'GET', '/executions');
  const more = { name: 'more', scopes: ['executions:read'] };
  const refusal = await limited.expect<Refusal>(403, 'POST', '/tokens', { json: more });
  expect(refusal.error.details).toEqual({ missing_scopes: ['executions:read'] });
  await eventually('its use is in the list', async () => {
    const { tokens } = await api.expect<TokenList>(200, 'GET', '/tokens?limit=100');
    return tokens.find((one) => one.id === id)?.last_used_at ?? undefined;
  });
  await limited.expect(204, 'DELETE', `/tokens/${id}`);
});
