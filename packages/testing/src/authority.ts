import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority, and a server's certificate of it for the name `localhost`. A process trusts it if it was started with its file in NODE_EXTRA_CA_CERTS. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
  /** Its own certificate, as NODE_EXTRA_CA_CERTS names it. */
  readonly file = join(this.#folder, 'ca.crt');
  /** Of the server, as PEM. */
  readonly server: { readonly key: Buffer; readonly cert: Buffer };

  constructor() {
    const at = (name: string) => join(this.#folder, name);
    const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(`${name}.key`)];
    openssl('req', '-x509', ...key('ca'), '-out', this.file, '-days', '2', '-subj', '/CN=Authority');
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    openssl('req', ...key('server'), ...name, '-out', at('server.csr'));
    const authority = ['-CA', this.file, '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', at('server.csr'), ...authority, '-days', '2', '-out', at('server.crt'));
    this.server = { key: readFileSync(at('server.key')), cert: readFileSync(at('server.crt')) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
