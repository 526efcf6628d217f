import { bareEnvironment, serviceEnvironment } from '../src/processes/environment.mjs';

const env = {
  PATH: '/usr/bin',
  HOME: '/home/ada',
  NODE_OPTIONS: '--enable-source-maps',
  NODE_AUTH_TOKEN: 'secret of npm',
  GITHUB_TOKEN: 'secret of the shell',
  MILLRACE_LOG_LEVEL: 'debug',
  MILLRACE_PORT: '4000',
  MILLRACE_PUBLIC_URL: 'https://example.com',
  MILLRACE_RATE_LIMIT_API_PER_HOUR: '',
  MILLRACE_ENV_REGION: 'eu',
};
const fixed = { MILLRACE_PORT: '3001', MILLRACE_DEV_TOKEN: 'token' };
const defaults = { MILLRACE_PUBLIC_URL: 'http://localhost', MILLRACE_RATE_LIMIT_API_PER_HOUR: '100' };

test('a service gets the basics, its own settings, and nothing else', () => {
  const settings = ['MILLRACE_LOG_LEVEL', 'MILLRACE_PORT'];
  expect(serviceEnvironment({ env, settings, fixed, defaults })).toEqual({
    PATH: '/usr/bin',
    HOME: '/home/ada',
    NODE_OPTIONS: '--enable-source-maps',
    NODE_ENV: 'production',
    MILLRACE_LOG_LEVEL: 'debug',
    MILLRACE_PORT: '3001',
  });
});

test("a user's setting replaces ours for development, an empty one does not, and addresses are always ours", () => {
  const settings = ['MILLRACE_PUBLIC_URL', 'MILLRACE_RATE_LIMIT_API_PER_HOUR', 'MILLRACE_DEV_TOKEN'];
  const prefixes = ['MILLRACE_ENV_'];
  expect(serviceEnvironment({ env, settings, prefixes, fixed, defaults })).toMatchObject({
    MILLRACE_PUBLIC_URL: 'https://example.com',
    MILLRACE_RATE_LIMIT_API_PER_HOUR: '100',
    MILLRACE_DEV_TOKEN: 'token',
    MILLRACE_ENV_REGION: 'eu',
  });
});

test('a server gets the basics only', () => {
  expect(bareEnvironment(env)).toEqual({ PATH: '/usr/bin', HOME: '/home/ada' });
});
