import { MASK } from '@millrace/contracts';
import { maskOf } from './endpoint-answer.js';
import { shownHeaders } from './shown-headers.js';

const NO_SECRETS = maskOf([]);
const many = (count: number, length: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-header-${index}`, 'v'.repeat(length)]));

it('shows what an endpoint sends, without the values of cookies and credentials', () => {
  const headers = { 'content-type': 'text/plain', 'retry-after': '120', 'x-request-id': 'r-1' };
  const hidden = { 'set-cookie': 'session=4711', 'proxy-authorization': 'Basic dTpw', 'x-api-key': 'k-4711' };
  const masked = { 'set-cookie': MASK, 'proxy-authorization': MASK, 'x-api-key': MASK };
  expect(shownHeaders({ ...headers, ...hidden }, NO_SECRETS)).toEqual({ ...headers, ...masked });
});

it('shows at most thirty, those first that say why an event was not taken', () => {
  const shown = shownHeaders({ ...many(40, 3), 'content-type': 'text/plain', 'retry-after': '9' }, NO_SECRETS);
  expect(Object.keys(shown)).toHaveLength(30);
  expect(Object.keys(shown).slice(0, 3)).toEqual(['retry-after', 'content-type', 'x-header-0']);
});

it('shows at most 2,048 characters, names included, and the beginning of a long value', () => {
  const shown = shownHeaders({ ...many(20, 10_000), location: 'https://example.com/other' }, NO_SECRETS);
  expect(shown['location']).toBe('https://example.com/other');
  expect(shown['x-header-0']).toBe(`${'v'.repeat(500)}…`);
  expect(Object.entries(shown).flat().join('').length).toBeLessThanOrEqual(2_048);
  // A short one behind those that do not fit is shown all the same.
  expect(shownHeaders({ ...many(20, 10_000), ok: '1' }, NO_SECRETS)).toHaveProperty('ok', '1');
});

it('hides a secret in a value before it is cut, and a header whose name has one', () => {
  const secret = 'pass-word-of-the-proxy';
  const headers = { 'x-echo': `${'v'.repeat(490)}${secret}`, [`x-${secret}`]: '1' };
  expect(shownHeaders(headers, maskOf([secret]))).toEqual({ 'x-echo': `${'v'.repeat(490)}${MASK}` });
});

it('leaves out names that a database cannot keep', () => {
  const headers = JSON.parse('{"x.dotted": "1", "$set": "2", "__proto__": "3", "x-plain": "4"}') as Record<
    string,
    string
  >;
  expect(Object.entries(shownHeaders(headers, NO_SECRETS))).toEqual([['x-plain', '4']]);
});
