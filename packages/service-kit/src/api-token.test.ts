import { API_TOKEN_FORM } from '@millrace/contracts';
import { mayBeApiToken, newApiToken } from './api-token.js';

describe('a token that the API makes', () => {
  it('has 160 random bits between its prefix and its checksum', () => {
    const tokens = Array.from({ length: 500 }, newApiToken);
    expect(new Set(tokens).size).toBe(500);
    for (const token of tokens) {
      expect(token).toMatch(/^mr_live_[a-z2-7]{39}$/);
      expect(token).toMatch(API_TOKEN_FORM);
      expect(mayBeApiToken(token)).toBe(true);
    }
  });

  it('can be distinguished from a text with any other character, or cut off', () => {
    const token = newApiToken();
    for (let index = 'mr_live_'.length; index < token.length; index++) {
      const other = token[index] === 'a' ? 'b' : 'a';
      expect(mayBeApiToken(token.slice(0, index) + other + token.slice(index + 1))).toBe(false);
      expect(mayBeApiToken(token.slice(0, index))).toBe(false);
    }
    expect(mayBeApiToken(`${token}a`)).toBe(false);
  });

  it('has a checksum that does not change between releases', () => {
    expect(mayBeApiToken(`mr_live_${'a'.repeat(32)}bowvq72`)).toBe(true);
  });

  it('leaves tokens of the settings as they are', () => {
    expect(mayBeApiToken('mr_dev_0123456789abcdef0123')).toBe(true);
  });
});
