import { validateWorkflow } from './validate-workflow.js';

const TYPES = '"basic", "bearer", "api_key", "oauth2_client_credentials", "hmac" or "aws_sigv4"';
const problemsOf = (auth: unknown): object[] => {
  const steps = [{ id: 'call', type: 'http', config: { url: 'https://a.example', auth } }];
  return validateWorkflow({ name: 'x', steps }).problems.map(({ code, path, message, hint }) => ({
    code,
    path: path.replace('steps[0].config.', ''),
    message,
    hint,
  }));
};

it('a type of "auth" that there is not is reported with those that there are', () => {
  expect(problemsOf({ type: 'Bearer', token: 't', username: 'u' })).toEqual([
    {
      code: 'invalid_value',
      path: 'auth.type',
      message: `"Bearer" is not allowed here: it must be ${TYPES}`,
      hint: 'Did you mean "bearer"?',
    },
  ]);
  expect(problemsOf({ type: 7 })).toEqual([
    { code: 'wrong_type', path: 'auth.type', message: `must be ${TYPES}, not the number 7`, hint: undefined },
  ]);
});

it('"auth" without a type is reported with those that there are', () => {
  expect(problemsOf({ token: 't' })).toEqual([
    {
      code: 'required',
      path: 'auth.type',
      message: '"type" is required',
      hint: `It is ${TYPES}; which other fields belong here depends on it.`,
    },
  ]);
});

it('"auth" of one type is reported with the fields of that type alone', () => {
  expect(problemsOf({ type: 'bearer', user: 'u' })).toEqual([
    {
      code: 'required',
      path: 'auth.token',
      message: '"token" is required',
      hint: expect.stringContaining('The token'),
    },
    {
      code: 'unknown_field',
      path: 'auth.user',
      message: '"user" is not a known field',
      hint: 'Fields known here: type, token.',
    },
  ]);
  // The first type that has a "secret" means another one by it.
  expect(problemsOf({ type: 'hmac', secret: '' })).toEqual([
    { code: 'invalid_value', path: 'auth.secret', message: 'must not be empty', hint: undefined },
  ]);
});

it('"auth" by client credentials names no parameter that has a field of its own', () => {
  const auth = { type: 'oauth2_client_credentials', token_url: 'u', client_id: 'i', client_secret: 's' };
  expect(problemsOf({ ...auth, parameters: { audience: 'a' }, client_authentication: 'form' })).toEqual([]);
  expect(problemsOf({ ...auth, parameters: { scope: 'a' }, client_authentication: 'post' })).toEqual([
    {
      code: 'invalid_value',
      path: 'auth.parameters.scope',
      message: '"scope" is sent by the step itself',
      hint: 'Leave it out here: "auth" has fields for it.',
    },
    {
      code: 'invalid_value',
      path: 'auth.client_authentication',
      message: '"post" is not allowed here: it must be "basic" or "form"',
      hint: undefined,
    },
  ]);
});

it('"auth" that is no object is reported with what one looks like', () => {
  expect(problemsOf('bearer')).toEqual([
    {
      code: 'wrong_type',
      path: 'auth',
      message: 'must be an object, not the text "bearer"',
      hint: expect.stringContaining('{"type": "bearer", "token"'),
    },
  ]);
});
