import { validateWorkflow } from '../validate-workflow.js';

const problemsOf = (config: object) =>
  validateWorkflow({ name: 'x', steps: [{ id: 'call', type: 'http', config }] })
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, path, message }) => `${code} ${path}: ${message}`);

const PROBLEM = 'the address has a user or password, and is never called with them';

it.each([
  'https://user:password@example.com',
  'HTTP://user@example.com/x',
  'https://{{secrets.u}}:{{secrets.p}}@example.com',
  'https://user:pw@{{input.host}}/',
])('an address with a user is refused: %s', (url) => {
  expect(problemsOf({ url })).toEqual([`invalid_value steps[0].config.url: ${PROBLEM}`]);
});

it('so is that of the server of tokens', () => {
  const auth = {
    type: 'oauth2_client_credentials',
    token_url: 'http:///u:p@example.com',
    client_id: 'c',
    client_secret: 's',
  };
  expect(problemsOf({ url: 'https://example.com', auth })).toEqual([
    `invalid_value steps[0].config.auth.token_url: ${PROBLEM}`,
  ]);
});

it('an @ behind the host is none', () => {
  expect(problemsOf({ url: 'https://example.com/@user?to=a@b' })).toEqual([]);
  expect(problemsOf({ url: 'https://{{input.host}}/@user' })).toEqual([]);
});
