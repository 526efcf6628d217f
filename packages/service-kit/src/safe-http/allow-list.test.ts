import { AllowList } from './allow-list.js';

describe('AllowList', () => {
  it('accepts hosts, domains, addresses and networks', () => {
    const list = AllowList.parse(
      'Intranet.example.com, *.corp.example.com,10.1.2.3, 192.168.0.0/16 ,fd00::/8,[::1],::ffff:10.9.0.0/112',
    );
    expect(list.allowsHost('intranet.example.com')).toBe(true);
    expect(list.allowsHost('a.b.corp.example.com')).toBe(true);
    expect(list.allowsHost('corp.example.com')).toBe(false);
    expect(list.allowsHost('evilintranet.example.com')).toBe(false);
    expect(list.allowsAddress('10.1.2.3')).toBe(true);
    expect(list.allowsAddress('10.1.2.4')).toBe(false);
    expect(list.allowsAddress('192.168.7.7')).toBe(true);
    expect(list.allowsAddress('::ffff:192.168.7.7')).toBe(true);
    expect(list.allowsAddress('10.9.8.7')).toBe(true);
    expect(list.allowsAddress('::10.1.2.3')).toBe(false);
    expect(list.allowsAddress('fd12::1')).toBe(true);
    expect(list.allowsAddress('::1')).toBe(true);
    expect(list.allowsAddress('fe80::1')).toBe(false);
  });

  it('is empty for an empty text', () => {
    const list = AllowList.parse(' , ');
    expect(list.allowsHost('localhost')).toBe(false);
    expect(list.allowsAddress('127.0.0.1')).toBe(false);
  });

  it.each(['http://x', 'a b', '10.0.0.0/33', '10.0.0.0/', 'x:80', '*', '300.1.1.1', 'a/8'])(
    'refuses %s and says why',
    (entry) => {
      expect(() => AllowList.parse(`ok.example.com,${entry}`)).toThrow(/is no host name, address or network/);
    },
  );
});
