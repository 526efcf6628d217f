import crypto from 'node:crypto';
import { requireHeaders } from './required-headers.js';

const refusal = expect.objectContaining({ code: 'UNAUTHORIZED' });

type Texts = Record<string, string>;

/** An organisation with these secrets. */
const withSecrets =
  <Value>(secrets: Record<string, Value>) =>
  async (names: readonly string[]): Promise<Record<string, Value>> =>
    Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name)));
const check = (required: Texts, headers: Texts, secrets: Texts = {}, former: Record<string, string[]> = {}) =>
  requireHeaders(required, headers, { read: withSecrets(secrets), readFormer: withSecrets(former) });

describe('requireHeaders', () => {
  it('lets a call with the right values through, however the header is spelled', async () => {
    await expect(check({ 'X-API-Key': 'k-1' }, { 'x-api-key': 'k-1' })).resolves.toBeUndefined();
  });

  it('refuses a missing header, another value and a longer one', async () => {
    for (const headers of [{}, { 'x-api-key': 'k-2' }, { 'x-api-key': 'k-11' }, { 'x-api-key': '' }] as Texts[]) {
      await expect(check({ 'X-API-Key': 'k-1' }, headers)).rejects.toThrow(refusal);
    }
  });

  it('compares with a secret, whose value must be the whole of it', async () => {
    const required = { Authorization: 'Bearer {{secrets.webhook_key}}' };
    const secrets = { webhook_key: 'correct-horse', other: 'x' };
    await expect(check(required, { authorization: 'Bearer correct-horse' }, secrets)).resolves.toBeUndefined();
    for (const authorization of ['Bearer correct-hors', 'Bearer x', 'Bearer {{secrets.webhook_key}}', 'Bearer '])
      await expect(check(required, { authorization }, secrets)).rejects.toThrow(refusal);
  });

  it('takes the former value of a secret that has been rotated, of each header for itself', async () => {
    const required = { 'X-One': '{{secrets.one}}', 'X-Two': 'Key {{secrets.two}}' };
    const secrets = { one: 'one-now', two: 'two-now' };
    const former = { two: ['two-before', 'two-older'] };
    const checked = (one: string, two: string) => check(required, { 'x-one': one, 'x-two': two }, secrets, former);
    await expect(checked('one-now', 'Key two-now')).resolves.toBeUndefined();
    await expect(checked('one-now', 'Key two-before')).resolves.toBeUndefined();
    await expect(checked('one-now', 'Key two-older')).resolves.toBeUndefined();
    for (const one of ['one-before', 'two-before', 'two-older'])
      await expect(checked(one, 'Key two-now')).rejects.toThrow(refusal);
  });

  it('compares in constant time, with what a secret was before as well', async () => {
    const compared = jest.spyOn(crypto, 'timingSafeEqual');
    const required = { 'X-One': '{{secrets.one}}' };
    await check(required, { 'x-one': 'now' }, { one: 'now' });
    await check(required, { 'x-one': 'before' }, { one: 'now' }, { one: ['before'] });
    expect(compared).toHaveBeenCalledTimes(3);
    compared.mockRestore();
  });

  it('takes no former value that cannot be worked out, also for a call whose header is empty', async () => {
    const required = { 'X-Key': "{{secrets.pair.split(':')[1]}}" };
    const checked = (key: string) => check(required, { 'x-key': key }, { pair: 'a:now' }, { pair: ['before'] });
    await expect(checked('now')).resolves.toBeUndefined();
    for (const key of ['', 'null', 'undefined', 'before']) await expect(checked(key)).rejects.toThrow(refusal);
  });

  it('refuses every call when the value needs a secret that does not exist', async () => {
    const required = { 'X-API-Key': '{{secrets.webhook_key}}' };
    for (const value of ['', 'undefined', 'null', '{{secrets.webhook_key}}', '[secret]']) {
      await expect(check(required, { 'x-api-key': value }, { other: 'x' })).rejects.toThrow(refusal);
    }
  });

  it('does not reveal what it expected', async () => {
    await expect(check({ 'X-API-Key': 'k-1' }, { 'x-api-key': 'k-2' })).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('k-1') }),
    );
  });

  it('works out all values of a call from one small budget', async () => {
    const required = (count: number): Texts =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '{{range(0, 1000).length}}']));
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-${index}`, '1000']));
    await expect(check(required(2), headers)).resolves.toBeUndefined();
    await expect(check(required(20), headers)).rejects.toThrow(refusal);
  });

  it('looks for all headers before it works out the value of any', async () => {
    // A value that cannot be worked out is reported as such: it must not have been compared.
    const required = { 'X-First': '{{secrets.absent}}', 'X-Last': 'k' };
    await expect(check(required, { 'x-first': 'a' })).rejects.toThrow(
      expect.objectContaining({ details: { header: 'X-Last' } }),
    );
    await expect(check(required, { 'x-first': 'a', 'x-last': 'k' })).rejects.toThrow(
      expect.objectContaining({ details: { header: 'X-First' } }),
    );
  });

  it('reads no secret for a call that lacks a header', async () => {
    const required = { 'X-API-Key': '{{secrets.webhook_key}}' };
    const readSecrets = (): never => {
      throw new Error('read');
    };
    await expect(requireHeaders(required, {}, { read: readSecrets, readFormer: readSecrets })).rejects.toThrow(refusal);
  });

  it('does not work out a text that is no header', async () => {
    const long = 'k'.repeat(10_000);
    await expect(check({ 'X-API-Key': long }, { 'x-api-key': long })).rejects.toThrow(refusal);
  });
});
