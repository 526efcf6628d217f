import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyring, keyIdOf, openSealed, sealed } from '@millrace/service-kit/sealing';
import { wrappedAnew } from './rewrapping.js';

const CONTEXT = ['secret', 'org_a', 'key'];
const line = (id: string): string => `${id} ${randomBytes(32).toString('base64')}\n`;

let folder: string;
let file: string;
let keyring: Keyring;
let text: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
  file = join(folder, 'master-keys');
  const former = line('former');
  writeFileSync(file, former);
  text = sealed('correct-horse', CONTEXT, new Keyring(file));
  writeFileSync(file, line('current') + former);
  keyring = new Keyring(file);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is the same text under the current master key', () => {
  const wrapped = wrappedAnew(text, CONTEXT, keyring);
  expect([keyIdOf(wrapped), openSealed(wrapped, CONTEXT, keyring)]).toEqual(['current', 'correct-horse']);
});

it('leaves what is damaged as it is, and with it the others of its organisation their rotation', () => {
  const damaged = text.replace(/^(v1\.former\.).{8}/, '$1AAAAAAAA');
  for (const broken of [damaged, 'v1.former.nothing', 'nothing'])
    expect(wrappedAnew(broken, CONTEXT, keyring)).toBe(broken);
});

it('says so when the master key is missing: that one may come back', () => {
  writeFileSync(file, line('current'));
  expect(() => wrappedAnew(text, CONTEXT, new Keyring(file))).toThrow(
    expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) as Error,
  );
});
