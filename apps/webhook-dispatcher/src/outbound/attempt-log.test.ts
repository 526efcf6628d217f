import { LIMITS } from '@millrace/contracts';
import { keptAttempt, keptCall, shownAttempts } from './attempt-log.js';

const AT = '2026-12-01T09:00:00.000Z';
const made = {
  at: AT,
  duration_ms: 5,
  status_code: 500,
  error: 'The endpoint returned the status 500',
  response: 'no',
};
const called = {
  url: 'https://example.com/hooks',
  request_headers: { 'webhook-id': 'evt_x' },
  response_headers: { 'retry-after': '1' } as Record<string, string>,
};
const bytesOf = (headers: Record<string, string> | null) =>
  Object.entries(headers ?? {}).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);

test('an ordinary call is kept whole, and shown with its attempt', () => {
  const shown = shownAttempts([keptAttempt(made)], [keptCall(made, called)]);
  expect(shown).toEqual([{ ...made, ...called }]);
});

test('a call takes no more than its room: of the headers of the response those that fit, the first ones first', () => {
  const response_headers = {
    'retry-after': '1',
    ...Object.fromEntries(Array.from({ length: 29 }, (_, index) => [`x-${index}`, '\u00e9'.repeat(50)])),
  };
  const url = `https://example.com/${'x'.repeat(LIMITS.eventUrlCharacters - 30)}`;
  const call = keptCall({ ...made, response: '\u20ac'.repeat(200) }, { ...called, url, response_headers });
  expect(call).toMatchObject({ url, request_headers: called.request_headers, response: '\u20ac'.repeat(200) });
  const bytes = Buffer.byteLength(`${call.url}${call.error}${call.response}`);
  const all = bytes + bytesOf(call.request_headers) + bytesOf(call.response_headers);
  expect(all).toBeLessThanOrEqual(LIMITS.eventCallBytes);
  const names = Object.keys(call.response_headers ?? {});
  expect(names).toEqual(Object.keys(response_headers).slice(0, names.length));
  expect(names.length).toBeGreaterThan(1);
});

test('what is too long is cut, and no character in two', () => {
  const call = keptCall({ ...made, response: '\u20ac'.repeat(LIMITS.eventCallBytes) }, called);
  expect(call.response).toMatch(/^\u20ac+$/);
  expect(Buffer.byteLength(call.response)).toBeLessThanOrEqual(LIMITS.eventCallBytes);
  expect(call.response_headers).toEqual({});
});

test('of an attempt without its call there are the time, the duration, the status and the beginning of the error', () => {
  const long = keptAttempt({ ...made, error: 'x'.repeat(500) });
  expect(long.error).toHaveLength(201);
  const none = { url: null, request_headers: null, response_headers: null, response: '' };
  expect(shownAttempts([keptAttempt(made)], [])).toEqual([{ ...made, ...none }]);
});

test('what a release before has kept with its attempt is shown', () => {
  expect(shownAttempts([{ ...made, ...called }], [])).toEqual([{ ...made, ...called }]);
  expect(shownAttempts([made], [])).toEqual([{ ...made, url: null, request_headers: null, response_headers: null }]);
});
