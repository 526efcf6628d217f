import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { Keyring } from '@millrace/service-kit/sealing';
import { exactJson } from '@millrace/testing';
import fc from 'fast-check';
import { TextMask } from '@millrace/service-kit/redaction';
import { ResultSealing } from './result-sealing.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = '2026-01-01T00:00:00.000Z';
const place = { path: 'a', attempt: 1 };

it('a sealed result keeps every digit of a number', () => {
  const file = join(folder, 'keys');
  writeFileSync(file, `k1 ${randomBytes(32).toString('base64')}\n`);
  const keyring = new Keyring(file);
  fc.assert(
    fc.property(exactJson, (text) => {
      const sealing = new ResultSealing({ organisationId: 'org_a', executionId: 'exec_a' }, keyring, new TextMask());
      const sealed = sealing.seal(place, 'transform', parseJson(text));
      const step = { at, started_at: at, step_type: 'transform', ...place } as const;
      const opened = sealing.opened({ type: 'step_completed', ...step, sealed });
      expect(opened).toHaveProperty('output');
      expect(stringifyJson('output' in opened ? opened.output : undefined)).toBe(text);
    }),
  );
});

it('a sealed result of another execution of the organisation is sealed for this one, and for no other', () => {
  const file = join(folder, 'keys-of-two');
  writeFileSync(file, `k1 ${randomBytes(32).toString('base64')}\n`);
  const keyring = new Keyring(file);
  const of = (organisationId: string, executionId: string) =>
    new ResultSealing({ organisationId, executionId }, keyring, new TextMask());
  const [first, second] = [of('org_a', 'exec_a'), of('org_a', 'exec_b')];
  const step = { at, started_at: at, step_type: 'transform', ...place } as const;
  const event = { type: 'step_completed', ...step, sealed: first.seal(place, 'transform', 'a token') } as const;
  const adopted = second.adopted(event, 'exec_a');
  expect(second.opened(adopted)).toMatchObject({ output: 'a token' });
  expect(() => first.opened(adopted)).toThrow('cannot be opened');
  expect(() => of('org_b', 'exec_b').adopted(event, 'exec_a')).toThrow('cannot be opened');
});
