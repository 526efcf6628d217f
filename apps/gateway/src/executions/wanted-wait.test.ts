import { wantedWait } from './wanted-wait.js';

const caller = (scopes: string[]) => ({ organisationId: 'org_a', tokenId: 'tok_1', scopes, organisation: null });
const reader = caller(['executions:read', 'executions:write']);
const starter = caller(['executions:write']);

test.each([
  ['nothing', undefined, undefined],
  ['wait=30', 'wait=30', 30],
  ['other preferences beside it', 'respond-async, Wait = "5"; x=1, wait=9', 5],
  ['more than the longest time', 'wait=999999999', 60],
  ['no time', 'wait=0', undefined],
  ['a word', 'wait=long', undefined],
  ['a negative number', 'wait=-1', undefined],
  ['another preference that ends so', 'await=30', undefined],
])('Prefer with %s', (_what, prefer, seconds) => {
  expect(wantedWait({ wait: undefined, prefer }, reader)).toBe(seconds);
});

test('the parameter goes before the header', () => {
  expect(wantedWait({ wait: 7, prefer: 'wait=30' }, reader)).toBe(7);
});

test('a token that may not read is refused the parameter, and its preference is ignored', () => {
  expect(() => wantedWait({ wait: 7, prefer: undefined }, starter)).toThrow('needs executions:read too');
  expect(wantedWait({ wait: undefined, prefer: 'wait=30' }, starter)).toBeUndefined();
  expect(wantedWait({ wait: undefined, prefer: undefined }, starter)).toBeUndefined();
});
