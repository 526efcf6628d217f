import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsExistError, writeComposeSecrets } from '../src/compose/write-secrets.js';

let deploy: string;
beforeEach(() => {
  deploy = mkdtempSync(join(tmpdir(), 'millrace-compose-secrets-'));
});
afterEach(() => rmSync(deploy, { recursive: true, force: true }));

const MADE = ['.env', 'compose/secrets/master-keys', 'compose/secrets/mongodb-key'];
const read = (path: string): string => readFileSync(join(deploy, path), 'utf8');
const modeOf = (path: string): string => (statSync(join(deploy, path)).mode & 0o777).toString(8);

it('writes the variables where Compose looks for them, and keys in a folder that nobody else gets into', () => {
  const said = writeComposeSecrets(deploy);
  for (const path of MADE) expect(said).toContain(join(deploy, path));
  const [, token] = /OPERATOR_TOKEN=(op_\w+)\n/.exec(read('.env')) ?? [];
  expect(said).toContain(`operator's token is ${token}\n`);
  expect([modeOf('.env'), modeOf('compose/secrets')]).toEqual(['600', '700']);
});

it.each(MADE)('makes nothing new where there is %s already', (path) => {
  mkdirSync(join(deploy, 'compose/secrets'), { recursive: true });
  writeFileSync(join(deploy, path), 'of an installation');
  expect(() => writeComposeSecrets(deploy)).toThrow(SecretsExistError);
  expect(read(path)).toBe('of an installation');
  expect(MADE.filter((each) => existsSync(join(deploy, each)))).toEqual([path]);
});

describe('of an installation whose variables are in the folder of what is mounted, where they were once', () => {
  const FORMER = 'compose/.env';
  beforeEach(() => {
    mkdirSync(join(deploy, 'compose/secrets'), { recursive: true });
    writeFileSync(join(deploy, FORMER), 'PASSWORD_MONGODB=of-the-database\n', { mode: 0o600 });
    for (const path of MADE.slice(1)) writeFileSync(join(deploy, path), 'of an installation');
  });

  it('moves them, and nothing is new', () => {
    expect(writeComposeSecrets(deploy)).toContain(`Moved ${join(deploy, FORMER)} to ${join(deploy, '.env')}`);
    expect([read('.env'), modeOf('.env'), existsSync(join(deploy, FORMER))]).toEqual([
      'PASSWORD_MONGODB=of-the-database\n',
      '600',
      false,
    ]);
    expect(MADE.slice(1).map(read)).toEqual(['of an installation', 'of an installation']);
  });

  it('leaves both as they are where there are others already', () => {
    writeFileSync(join(deploy, '.env'), 'of another one');
    expect(() => writeComposeSecrets(deploy)).toThrow(SecretsExistError);
    expect([read('.env'), read(FORMER)]).toEqual(['of another one', 'PASSWORD_MONGODB=of-the-database\n']);
  });
});
