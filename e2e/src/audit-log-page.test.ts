import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AUDIT_ACTIONS, type AuditLog } from '@millrace/contracts';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/audit-log.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'audit-log.md'), 'utf8');
const example = (what: 'run' | 'output', name: string): string => {
  const found = new RegExp(`<!-- ${what}: ${name} -->\\n\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(page);
  if (found?.[1] === undefined) throw new Error(`docs/audit-log.md has no "${what}: ${name}"`);
  return found[1];
};
const run = async (name: string): Promise<unknown> => {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token };
  const { stdout } = await promisify(execFile)('bash', ['-c', example('run', name)], { env });
  return JSON.parse(stdout) as unknown;
};

const forget = () => new ApiClient().call('DELETE', '/variables/audited');
beforeAll(forget);
afterAll(forget);

it('a write is in the log as the page shows it, with the hash that the page makes', async () => {
  const [entry] = ((await run('write')) as AuditLog).entries;
  expect(entry).toMatchObject(JSON.parse(example('output', 'write')) as object);
  expect(entry?.actor).toMatchObject({ type: 'token', name: expect.any(String) as string });
  expect(entry?.address).toMatch(/^(127\.0\.0\.1|::1)$/);
  expect(entry?.after).toEqual(await run('hash'));
});

it('names every action', () => {
  const [, row = ''] = /^\| `action` +\|(.*)\|$/m.exec(page) ?? [];
  expect([...row.matchAll(/`(\w+)`/g)].map(([, action]) => action)).toEqual([...AUDIT_ACTIONS]);
});
