import { crc32 } from 'node:zlib';
import type { Account, TokenCreated, TokenList } from '@millrace/contracts';
import { ApiClient, type Refusal } from './support/api.js';
import { pageOf } from './support/page.js';

/*
 * What docs/tokens.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = pageOf('tokens');
const api = new ApiClient();

it('makes a token that does what the page says, is shown once, and is revoked', async () => {
  expect(page.names).toEqual(['make', 'revoke']);
  const made = JSON.parse(await page.run('make')) as TokenCreated;
  expect(made).toMatchObject({ name: 'Deployment', version: 1, scopes: ['workflows:read', 'workflows:write'] });
  const holder = new ApiClient(made.token);
  expect(await holder.expect<Account>(200, 'GET', '/me')).toMatchObject({ token: { id: made.id, name: 'Deployment' } });
  await holder.expect(200, 'GET', '/workflows');
  await holder.expect(403, 'GET', '/executions');
  const { tokens } = await api.expect<TokenList>(200, 'GET', '/tokens?limit=100');
  expect(tokens.find(({ id }) => id === made.id)).toBeDefined();
  expect(JSON.stringify(tokens)).not.toContain(made.token);
  expect(await page.run('revoke', { ID: made.id })).toBe('204');
  expect((await api.call<Refusal>('DELETE', `/tokens/${made.id}`)).status).toBe(404);
});

it('recognises a real token by the form and the checksum that the page names', async () => {
  const [, form = ''] = /searches for `([^`]+)`/.exec(page.text) ?? [];
  const { id, token } = await api.expect<TokenCreated>(201, 'POST', '/tokens', {
    json: { name: 'Form', scopes: ['*'] },
  });
  expect(token).toMatch(new RegExp(`^${form}$`));
  // Most significant digit first, in the letters and digits of the token.
  const digits = [...token.slice(-7)].reduce((sum, digit) => sum * 32 + ALPHABET.indexOf(digit), 0);
  expect(digits).toBe(crc32(token.slice(0, 40)));
  await api.expect(204, 'DELETE', `/tokens/${id}`);
});

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
