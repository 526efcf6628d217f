import { randomBytes } from 'node:crypto';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { openAnswer, sealAnswer } from './sealed-answer.js';

const ANSWER = { status: 201, headers: { ETag: '"1"' }, body: { id: 'tok_1', token: 'mr_shown_once' } };
const SECRETS = { token: 'token-of-the-caller', key: 'order-1', context: 'org_a.name' };

it('opens for whoever has token and key, where it was sealed', async () => {
  expect(await openAnswer(await sealAnswer(ANSWER, SECRETS), SECRETS)).toEqual(ANSWER);
});

it('keeps every digit of a number', async () => {
  const body = '{"list":[9007199254740993,0.1234567890123456789]}';
  const kept = await openAnswer(await sealAnswer({ ...ANSWER, body: parseJson(body) }, SECRETS), SECRETS);
  expect(stringifyJson(kept?.body)).toBe(body);
});

it('keeps an answer without a body', async () => {
  const answer = { status: 204, headers: {} };
  expect(await openAnswer(await sealAnswer(answer, SECRETS), SECRETS)).toEqual(answer);
});

it.each([
  ['another token', { token: 'token-of-another' }],
  ['another key', { key: 'order-2' }],
  ['another place', { context: 'org_b.name' }],
])('does not open with %s', async (_what, other) => {
  expect(await openAnswer(await sealAnswer(ANSWER, SECRETS), { ...SECRETS, ...other })).toBeNull();
});

it('does not open when it is damaged or too short', async () => {
  const sealed = await sealAnswer(ANSWER, SECRETS);
  sealed[20] = (sealed[20] ?? 0) ^ 1;
  expect(await openAnswer(sealed, SECRETS)).toBeNull();
  expect(await openAnswer(randomBytes(27), SECRETS)).toBeNull();
});

it('has nothing readable in it', async () => {
  expect((await sealAnswer(ANSWER, SECRETS)).toString('latin1')).not.toContain('shown_once');
});
