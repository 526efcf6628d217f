import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyIdOf, openSealed, resealed, sealed, SealBrokenError, sealIdOf } from './envelope.js';
import { Keyring } from './keyring.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = (id: string): string => `${id} ${randomBytes(32).toString('base64')}`;
const CONTEXT = ['secret', 'org_a', 'key'];

/** A keyring over a file whose text can be replaced. Its clock is moved on by each look, so that it may look again. */
function ringOf(name: string, text: string): { ring: Keyring; write: (text: string) => void } {
  const file = join(folder, name);
  const write = (content: string): void => writeFileSync(file, content);
  write(text);
  let now = 0;
  return { ring: new Keyring(file, () => (now += 10_000)), write };
}

describe('a sealed text', () => {
  const { ring } = ringOf('one', `# keys\n\n${line('k1')}\n`);

  it('opens in its context, and holds nothing of the text', () => {
    for (const text of ['', 'correct-horse', 'ü💥\u0000', 'x'.repeat(100_000)]) {
      const once = sealed(text, CONTEXT, ring);
      expect(openSealed(once, CONTEXT, ring)).toBe(text);
      expect(once).not.toBe(sealed(text, CONTEXT, ring));
      if (text.length > 8) expect(once).not.toContain(text.slice(0, 8));
      expect(keyIdOf(once)).toBe('k1');
    }
  });

  it('opens in no other context', () => {
    const text = sealed('correct-horse', CONTEXT, ring);
    const others = [
      ['secret', 'org_b', 'key'],
      ['secret', 'org_a', 'other'],
      ['result', 'org_a', 'key'],
      ['secret', 'org_a'],
      ['secret', 'org_a,key'],
    ];
    for (const other of others) expect(() => openSealed(text, other, ring)).toThrow(SealBrokenError);
  });

  it('does not open when any part of it was changed', () => {
    const text = sealed('correct-horse', CONTEXT, ring);
    for (let at = 'v1.k1.'.length; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      // The last character of a group may hold bits that no byte has.
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      const parts = [text, changed].map((one) =>
        one.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')),
      );
      if (String(parts[0]) === String(parts[1]) || other === text[at]) continue;
      expect(() => openSealed(changed, CONTEXT, ring)).toThrow(SealBrokenError);
    }
    for (const broken of ['', 'v1.k1.x.y', 'v2.k1.aaaa.bbbb', text.slice(0, -4), `${text}.x`, 'correct-horse'])
      expect(() => openSealed(broken, CONTEXT, ring)).toThrow(SealBrokenError);
  });
});

describe('the rotation of master keys', () => {
  it('goes by the id of the key that wrapped it, and opens in no other context for being wrapped anew', () => {
    const bytes = randomBytes(32).toString('base64');
    const { ring } = ringOf('twins', `one ${bytes}\ntwo ${bytes}`);
    const text = sealed('correct-horse', CONTEXT, ring);
    expect(() => openSealed(text.replace('v1.one.', 'v1.two.'), CONTEXT, ring)).toThrow(SealBrokenError);
    const { ring: next } = ringOf('next', `${line('new')}\none ${bytes}`);
    expect(() => resealed(text, ['secret', 'org_b', 'key'], next)).toThrow(SealBrokenError);
    expect(openSealed(resealed(text, CONTEXT, next), CONTEXT, next)).toBe('correct-horse');
  });

  it('finds a new key while the process runs, wraps by it, and needs the old one no more', () => {
    const old = line('old');
    const next = line('new');
    const { ring, write } = ringOf('rotation', old);
    const before = sealed('correct-horse', CONTEXT, ring);
    write(`${next}\n${old}`);
    expect(resealed(before, CONTEXT, ring)).toBe(before);
    ring.reload();
    const after = resealed(before, CONTEXT, ring);
    expect([keyIdOf(before), keyIdOf(after)]).toEqual(['old', 'new']);
    // The text itself is not encrypted again: only its data key is wrapped by another key.
    expect(sealIdOf(after)).toBe(sealIdOf(before));
    expect(sealIdOf(sealed('correct-horse', CONTEXT, ring))).not.toBe(sealIdOf(before));
    write(next);
    const { ring: other } = ringOf('rotated', next);
    expect(openSealed(after, CONTEXT, other)).toBe('correct-horse');
    expect(() => openSealed(before, CONTEXT, other)).toThrow(
      expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('"old"') }),
    );
  });

  it('opens by a key that was added after the process began', () => {
    const old = line('old');
    const next = line('new');
    const { ring, write } = ringOf('reader', old);
    expect(ring.current.id).toBe('old');
    const text = sealed('correct-horse', CONTEXT, ringOf('writer', next).ring);
    write(`${next}\n${old}`);
    expect(openSealed(text, CONTEXT, ring)).toBe('correct-horse');
  });

  it('goes on with the keys it has while the file is spoilt', () => {
    const { ring, write } = ringOf('spoilt', line('k1'));
    const text = sealed('correct-horse', CONTEXT, ring);
    write('nonsense');
    ring.reload();
    expect(openSealed(text, CONTEXT, ring)).toBe('correct-horse');
  });
});

describe('a file of master keys', () => {
  it.each([
    ['an empty one', '', 'has no key'],
    ['a key of another length', `k1 ${randomBytes(16).toString('base64')}`, 'line 1 must be'],
    ['an id twice', `${line('k1')}\n${line('k1')}`, 'line 2 repeats the id "k1"'],
    ['an id with other characters', line('K 1'), 'line 1 must be'],
  ])('%s is refused, without what is in it', (_what, text, message) => {
    const { ring } = ringOf('refused', text);
    const attempt = (): unknown => ring.current;
    expect(attempt).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
    for (const word of text.split(/\s+/).filter((one) => one.length > 10))
      expect(attempt).not.toThrow(expect.objectContaining({ message: expect.stringContaining(word) }));
  });

  it('is named when there is none', () => {
    expect(new Keyring(undefined).exists).toBe(false);
    expect(() => sealed('x', CONTEXT, new Keyring(undefined))).toThrow(
      expect.objectContaining({
        code: 'SERVICE_UNAVAILABLE',
        message: expect.stringContaining('MILLRACE_MASTER_KEYS_FILE'),
      }),
    );
  });
});
