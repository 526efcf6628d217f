import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MAIL_DOMAIN } from './mail-house-unit.mjs';
import { allowedHosts } from './services.mjs';

const SMALL_WORKFLOW = {
  name: 'hello',
  trigger: { type: 'webhook', config: {} },
  steps: [{ id: 'greet', type: 'transform', config: { output: 'Hello {{input.name}}!' } }],
};

/**
 * What `npm start` prints when all is ready.
 *
 * @param {{ endpoints: import('./endpoints.mjs').Endpoints, notes: string[], repoRoot: string, home: string, seconds: number, background: boolean, sandbox: string | undefined, env: NodeJS.ProcessEnv }} facts
 * @returns {string}
 */
export function banner({ endpoints, notes, repoRoot, home, seconds, background, sandbox, env }) {
  const rows = [
    ['API', endpoints.api_url],
    ['API docs', new URL('/docs', endpoints.api_url).href],
    ['Webhooks', `${endpoints.webhook_url}/{id}`],
    ['Token', `${endpoints.token}   (organisation org_dev)`],
    ['Docs', join(repoRoot, 'docs')],
    ['Data', `${join(home, 'data')}   (kept; npm run reset removes it)`],
    ['HTTP steps', reachedHosts(env)],
    ...(endpoints.ai
      ? [['AI steps', `ask a demo model (${endpoints.ai.base_url}); MILLRACE_AI_PROVIDERS replaces it by a real one`]]
      : hasNoProvider(env)
        ? [['AI steps', 'have no model: MILLRACE_AI_PROVIDERS is {}. Without that setting there is a demo model']]
        : []),
    ...(endpoints.mail
      ? [
          [
            'E-mail',
            `goes to a mail house (${endpoints.mail.smtp_url}), to be read at ${endpoints.mail.web_url}; MILLRACE_SMTP_URL replaces it`,
          ],
          ...(endpoints.mail.imap_url
            ? [['', `to any address at ${MAIL_DOMAIN} it also starts workflows whose trigger names that address`]]
            : []),
        ]
      : []),
    ...(sandbox ? [['Servers', `private runtime, run by ${sandbox}`]] : []),
  ];
  const stop = background
    ? 'npm run down stops it; npm run status and npm run logs -- gateway -f show what it does.'
    : 'Ctrl-C stops it; npm run status, in another terminal, shows what it does.';
  return [
    '',
    `  Millrace is up. Ready in ${seconds.toFixed(1)} s.`,
    '',
    ...rows.map(([name, value]) => `  ${(name ?? '').padEnd(11)} ${value}`),
    ...notes.map((note) => `  Note        ${note}`),
    '',
    '  Try:',
    ...tryIt(endpoints, repoRoot).map((line) => `    ${line}`),
    '',
    `  ${stop}`,
    '',
  ].join('\n');
}

/**
 * The internal hosts that HTTP steps may reach; a setting of the user's own replaces those of `npm start`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
function reachedHosts(env) {
  const { hosts, isOwn } = allowedHosts(env);
  return isOwn
    ? `may reach these internal hosts and no others: ${hosts} (MILLRACE_HTTP_ALLOWED_HOSTS)`
    : `may reach this machine itself (${hosts}); in production no internal host is allowed`;
}

/**
 * Whether the user wants none, rather than one of their own.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {boolean}
 */
function hasNoProvider({ MILLRACE_AI_PROVIDERS: text }) {
  return text !== undefined && /^\s*\{\s*\}\s*$/.test(text);
}

/**
 * Commands to paste: the hello example if there is one, else a small workflow of our own.
 *
 * @param {import('./endpoints.mjs').Endpoints} endpoints
 * @param {string} repoRoot
 * @returns {string[]}
 */
function tryIt({ api_url: api, token }, repoRoot) {
  const example = helloExample(join(repoRoot, 'examples'));
  const body = example ? `@${join(repoRoot, 'examples', example)}` : `'${JSON.stringify(SMALL_WORKFLOW)}'`;
  const headers = `-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`;
  return [
    `API=${api} TOKEN=${token}`,
    `ID=$(curl -s $API/workflows ${headers} -d ${body} | grep -o 'wf_[0-9a-z]*' | head -n 1)`,
    `RUN=$(curl -s $API/workflows/$ID/execute ${headers} -d '{"input":{"name":"Ada"}}' | grep -o 'exec_[0-9a-z]*' | head -n 1)`,
    'sleep 1; curl -s $API/executions/$RUN -H "Authorization: Bearer $TOKEN"',
  ];
}

/** @param {string} folder */
function helloExample(folder) {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  return names.find((name) => !name.includes('node_modules') && /(^|\/)hello[^/]*\.json$/.test(name));
}
