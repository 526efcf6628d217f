import { hasWrittenUserInfo, hasUserInfo } from './user-info.js';

describe('user and password of an address', () => {
  it.each([
    'http://user:password@host/',
    'http:///user:password@host/',
    'https:////user:password@host',
    'http:/user:password@host/',
    'http:user:password@host/',
    'http:\\user:password@host/',
    'http:\\\\user:password@host/',
    'http:/\\user:password@host/',
    'HTTP://user:password@host/',
    ' http://user:password@host/ ',
    'ht\ntp:/\t/us\ter:password@host/',
    'http://user\n:password@host/',
    'http://user@host/',
    'http://:password@host/',
    'http://user:pass@word@host/',
    'http://user:pass%40word@host/',
    'https://user:password@[::1]:8080/',
  ])('are found in %j', (address) => {
    expect(hasUserInfo(address)).toBe(true);
  });

  it.each([
    'https://host/',
    'http://user\\@host/',
    'https://host/@user',
    'https://host?to=a@b',
    'https://host#a@b',
    'https://@host/',
    'x',
    '',
  ])('are not found in %j', (address) => expect(hasUserInfo(address)).toBe(false));

  it('are found beside templates', () => {
    for (const address of [
      'https://user:pw@{{input.host}}/',
      'https://user:pw@host{{input.path}}',
      'http:///u@h:8{{x}}',
      'https://user:{{secrets.p}}@host/',
      'https://{{secrets.u}}:{{secrets.p}}@{{input.host}}',
    ])
      expect([address, hasWrittenUserInfo(address)]).toEqual([address, true]);
    for (const address of [
      '{{input.url}}@x',
      'https://{{input.place}}@x',
      'https://{{input.host}}:80/a:b@c',
      'https://{{input.host}}/a@b',
      'https://h/{{x}}@y',
      'https://@{{input.host}}',
    ])
      expect([address, hasWrittenUserInfo(address)]).toEqual([address, false]);
  });
});
