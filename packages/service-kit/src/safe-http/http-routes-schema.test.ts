import { generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { httpRoutesSchema } from './http-routes.js';

const subject = ['-subj', '/CN=acme', '-days', '2', '-keyout', '/dev/null'];
const CERTIFICATE = execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], {
  encoding: 'utf8',
  stdio: 'pipe',
});

/** A key of nothing. */
function otherKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

describe('rules that cannot be used', () => {
  const problemsOf = (rules: unknown): string =>
    httpRoutesSchema
      .safeParse(rules)
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
      .join() ?? '';

  it.each<[string, unknown, string]>([
    ['that say nothing', [{ hosts: ['a.example'] }], '0 must have a proxy'],
    ['with a name that is none', [{ prox: 'http://a.example' }], 'Unrecognized key'],
    [
      'with hosts that are none',
      [{ hosts: ['http://a.example'], proxy: 'http://a.example' }],
      '0.hosts "http://a.example" is no host',
    ],
    ['with a proxy of another kind', [{ proxy: 'socks5://a.example' }], '0.proxy must be a URL such as'],
    ['with a file that is not there', [{ authorities: '/no/such/file' }], '0.authorities is neither PEM nor a file'],
    ['for no organisation', [{ organisations: [], proxy: 'http://a.example' }], '0.organisations '],
    ['for no host', [{ hosts: [], proxy: 'http://a.example' }], '0.hosts '],
    ['with a password that is not encoded', [{ proxy: 'http://me:100%@a.example' }], '0.proxy has a "%"'],
    [
      'with authorities that are none',
      [{ authorities: '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----' }],
      '0.authorities has a certificate that cannot be read',
    ],
    ['with nothing but the beginning of one', [{ authorities: '-----BEGIN x' }], '0.authorities has a certificate'],
    [
      'with a key that is none',
      [{ client_certificate: { certificate: '-----BEGIN x', key: '-----BEGIN y' } }],
      '0 has a certificate or key',
    ],
  ])('%s are refused', (_, rules, problem) => {
    expect(problemsOf(rules)).toContain(problem);
  });

  it('are reported without a key that is written in them', () => {
    const own = { certificate: CERTIFICATE, key: 'MIIEvQIBADANBg' };
    const problem = problemsOf([{ client_certificate: own }]);
    expect(problem).toContain('client_certificate.key is neither PEM');
    expect(problem).not.toContain('MIIE');
  });

  it('with a key of another certificate are refused', () => {
    const own = { certificate: CERTIFICATE, key: otherKey() };
    expect(problemsOf([{ client_certificate: own }])).toContain('cannot be used');
  });
});
