import { requireHeaders } from './required-headers.js';

const refusal = expect.objectContaining({ code: 'UNAUTHORIZED' });

describe('requireHeaders', () => {
  it('lets a call with the right values through, however the header is spelled', () => {
    expect(() => requireHeaders({ 'X-API-Key': 'k-1' }, { 'x-api-key': 'k-1' })).not.toThrow();
  });

  it('refuses a missing header, another value and a longer one', () => {
    for (const headers of [{}, { 'x-api-key': 'k-2' }, { 'x-api-key': 'k-11' }, { 'x-api-key': '' }] as Record<
      string,
      string
    >[]) {
      expect(() => requireHeaders({ 'X-API-Key': 'k-1' }, headers)).toThrow(refusal);
    }
  });

  it('refuses every call when the value needs a secret that does not exist', () => {
    const required = { 'X-API-Key': '{{secrets.webhook_key}}' };
    for (const value of ['', 'undefined', 'null', '{{secrets.webhook_key}}', '[secret]']) {
      expect(() => requireHeaders(required, { 'x-api-key': value })).toThrow(refusal);
    }
  });

  it('does not reveal what it expected', () => {
    expect(() => requireHeaders({ 'X-API-Key': 'k-1' }, { 'x-api-key': 'k-2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('k-1') }),
    );
  });

  it('works out all values of a call from one small budget', () => {
    const required = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '{{range(0, 1000).length}}']));
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-${index}`, '1000']));
    expect(() => requireHeaders(required(2), headers)).not.toThrow();
    expect(() => requireHeaders(required(20), headers)).toThrow(refusal);
  });

  it('looks for all headers before it works out the value of any', () => {
    // A value that cannot be worked out is reported as such: it must not have been compared.
    const required = { 'X-First': '{{secrets.absent}}', 'X-Last': 'k' };
    expect(() => requireHeaders(required, { 'x-first': 'a' })).toThrow(
      expect.objectContaining({ details: { header: 'X-Last' } }),
    );
    expect(() => requireHeaders(required, { 'x-first': 'a', 'x-last': 'k' })).toThrow(
      expect.objectContaining({ details: { header: 'X-First' } }),
    );
  });

  it('does not work out a text that is no header', () => {
    const long = 'k'.repeat(10_000);
    expect(() => requireHeaders({ 'X-API-Key': long }, { 'x-api-key': long })).toThrow(refusal);
  });
});
