import { banner } from '../src/platform/banner.mjs';
import { temporaryFolder } from './temporary-folder.js';

const repoRoot = temporaryFolder();
const endpoints = {
  api_url: 'http://localhost:3000/v1',
  webhook_url: 'http://localhost:3000/v1/webhooks',
  token: 'mr_dev_1',
} as Parameters<typeof banner>[0]['endpoints'];
const demo = { base_url: 'http://127.0.0.1:3090/v1', pid: 1, restarts: 0 };

function linesOf(env: NodeJS.ProcessEnv, more: Partial<typeof endpoints> = {}): string[] {
  const facts = { notes: [], repoRoot, home: '/home', seconds: 1, background: false, sandbox: undefined };
  return banner({ ...facts, endpoints: { ...endpoints, ...more }, env }).split('\n');
}

function rowOf(name: string, env: NodeJS.ProcessEnv, more: Partial<typeof endpoints> = {}): string | undefined {
  const found = linesOf(env, more).find((line) => line.startsWith(`  ${name} `));
  return found?.slice(name.length + 2).trim();
}

it.each([
  [{}, 'may reach this machine itself (127.0.0.1,localhost,::1); in production no internal host is allowed'],
  [
    { MILLRACE_HTTP_ALLOWED_HOSTS: '10.1.0.0/16, intranet.example.com' },
    'may reach these internal hosts and no others: 10.1.0.0/16, intranet.example.com (MILLRACE_HTTP_ALLOWED_HOSTS)',
  ],
])('the banner says which internal hosts may be reached with %j', (env, expected) => {
  expect(rowOf('HTTP steps', env)).toBe(expected);
});

it('the banner says where there is a demo model and where there is none, and nothing of models of the user', () => {
  expect(rowOf('AI steps', {}, { ai: demo })).toContain('ask a demo model (http://127.0.0.1:3090/v1)');
  expect(rowOf('AI steps', { MILLRACE_AI_PROVIDERS: ' {} ' })).toMatch(/^have no model: MILLRACE_AI_PROVIDERS is \{\}/);
  expect(rowOf('AI steps', { MILLRACE_AI_PROVIDERS: '{"own":{}}' })).toBeUndefined();
});

it('the banner says where e-mails go and are read, and of mail to the domain of the house that it starts workflows', () => {
  const house = { smtp_url: 'smtp://127.0.0.1:3025?tls=none', web_url: 'http://127.0.0.1:8025' };
  const within = { ...house, imap_url: 'imap://all:secret@127.0.0.1:3143' };
  const endpointsWith = (mail?: object) => ({ mail }) as Partial<typeof endpoints>;
  expect(rowOf('E-mail', {}, endpointsWith(house))).toContain(
    `goes to a mail house (${house.smtp_url}), to be read at ${house.web_url}`,
  );
  expect(rowOf('E-mail', {}, endpointsWith())).toBeUndefined();
  const starts = (mail: object) => linesOf({}, endpointsWith(mail)).some((line) => line.includes('starts workflows'));
  expect([starts(within), starts(house)]).toEqual([true, false]);
});
