import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = 'subjectAltName=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1';

/** Subjects by the names of their files. */
const SUBJECTS = { apiserver: '/CN=apiserver', proxy: '/CN=front-proxy-client' };

/** Makes an authority, what it certifies, and the keys of service accounts, in a folder: good for a day. */
export function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const pair = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
  openssl('genrsa', '-out', 'accounts.key', '2048');
  openssl('rsa', '-in', 'accounts.key', '-pubout', '-out', 'accounts.pub');
  openssl('req', '-x509', ...pair('ca'), '-out', 'ca.crt', '-days', '1', '-subj', '/CN=a-test');
  writeFileSync(join(folder, 'names.cnf'), `${NAMES}\n`);
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    openssl('req', ...pair(name), '-out', `${name}.csr`, '-subj', subject);
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-extfile', 'names.cnf', '-out', `${name}.crt`);
  }
}
