import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { debianMirror, runStep } from './host.mjs';
import { SUITE, debootstrapOptions } from './recipe.mjs';

const STEPS = [
  'running apt-get update',
  'downloading packages',
  'extracting archives',
  'installing essential',
  'installing remaining',
  'cleaning',
];

/**
 * Unpacks a Debian root file system with some packages into a folder. Root or not, all files in it belong to the caller
 * (as root: to whom the packages say).
 *
 * @param {string} folder existing, empty
 * @param {{ packages: string[], env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 */
export async function makeRootFileSystem(folder, { packages, env, say }) {
  const mirror = debianMirror(env);
  if (mirror === undefined) {
    throw new Failure(
      'This machine’s apt configuration names no Debian archive to take the servers from.',
      'Set MILLRACE_DEBIAN_MIRROR to the URL of a Debian mirror (and install debian-archive-keyring).',
    );
  }
  const isRoot = process.getuid?.() === 0;
  const archive = `${folder}.tar`;
  const target = isRoot ? folder : archive;
  const source = `deb ${mirror} ${SUITE} main`;
  const command = [
    'mmdebstrap',
    ...(isRoot ? [] : ['--mode=unshare']),
    ...debootstrapOptions(packages),
    SUITE,
    target,
    source,
  ];
  await runStep(command, {
    what: 'Making the root file system with mmdebstrap',
    onLine(line) {
      const step = STEPS.findIndex((each) => line.startsWith(`I: ${each}`));
      if (step >= 0) say(`${line.slice(3).replace(/(?<!\.)\.+$/, '')} (step ${step + 1} of ${STEPS.length})`);
    },
    cure: isRoot
      ? undefined
      : 'mmdebstrap as an ordinary user needs lines for you in /etc/subuid and /etc/subgid, and newuidmap (package uidmap).',
  });
  if (isRoot) return;
  // Unpacked again as ourselves, so that no file belongs to a foreign id that we could not even delete.
  say('unpacking');
  await runStep(['tar', '-xf', archive, '-C', folder, '--no-same-owner', '--exclude=./dev/*'], {
    what: 'Unpacking the root file system',
  });
  rmSync(archive);
}

/**
 * Lets programs in a root file system reach the network by name, as the host does.
 *
 * @param {string} root
 * @param {(file: string) => string} read reads a host file
 */
export function copyNameResolution(root, read) {
  for (const file of ['/etc/resolv.conf', '/etc/hosts']) {
    rmSync(join(root, file), { force: true });
    writeFileSync(join(root, file), read(file));
  }
}
