import { assignAddresses } from './address-assignment.js';

const former = [
  { text: 'post', webhookId: 'wh_post' },
  { text: 'get', webhookId: 'wh_get' },
];

describe('assignAddresses', () => {
  it('requires a new address for each trigger of a new workflow', () => {
    expect(assignAddresses(['post', 'get'], [], [])).toEqual([null, null]);
  });

  it('keeps the address of a trigger that only moved', () => {
    expect(assignAddresses(['get', 'post'], former, [])).toEqual(['wh_get', 'wh_post']);
  });

  it('keeps the address of the second trigger when the first one is removed', () => {
    expect(assignAddresses(['get'], former, [])).toEqual(['wh_get']);
  });

  it('keeps the address of a trigger that was edited in place', () => {
    expect(assignAddresses(['post', 'put'], former, [])).toEqual(['wh_post', 'wh_get']);
  });

  it('never gives one address to two triggers', () => {
    expect(assignAddresses(['get', 'get', 'get'], former, ['wh_old'])).toEqual(['wh_get', 'wh_post', 'wh_old']);
    expect(assignAddresses(['x', 'get'], [{ text: 'get', webhookId: 'wh_get' }], [])).toEqual([null, 'wh_get']);
  });

  it('gives a trigger that comes back the address it had', () => {
    expect(assignAddresses(['post'], [], ['wh_post'])).toEqual(['wh_post']);
  });
});
