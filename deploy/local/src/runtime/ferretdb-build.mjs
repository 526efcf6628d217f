import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, runStep } from './host.mjs';
import { BUILD_PACKAGES } from './recipe.mjs';
import { copyNameResolution, makeRootFileSystem } from './root-file-system.mjs';
import { sandboxed } from './sandbox.mjs';
import { removeTree } from './remove-tree.mjs';

const NEEDED_GO = { major: 1, minor: 25 };
const BUILD = ['go', 'build', '-v', '-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
/** Packages compiled in a build from nothing; only for saying how far it is. */
const ABOUT_PACKAGES = 600;

/**
 * Builds the FerretDB program into a folder: with this machine's Go if it is new enough, else with Debian's in a root
 * file system made for that and removed afterwards.
 *
 * @param {string} folder existing, empty; gets `ferretdb`
 * @param {object} options
 * @param {string} options.sourceDir the Go module
 * @param {string} options.cacheDir  kept between builds
 * @param {import('./sandbox.mjs').SandboxMode} options.mode
 * @param {NodeJS.ProcessEnv} options.env
 * @param {(text: string) => void} options.say
 */
export async function buildFerretdb(folder, options) {
  const onLine = reportBuild(options.say);
  if (hostGoIsGood(options.env)) {
    const env = { ...options.env, CGO_ENABLED: '0' };
    await runStep([...BUILD, '-o', join(folder, 'ferretdb'), '.'], {
      what: 'Building FerretDB',
      cwd: options.sourceDir,
      env,
      onLine,
    });
  } else {
    await buildInside(folder, { ...options, onLine });
  }
  chmodSync(join(folder, 'ferretdb'), 0o755);
}

/** @param {NodeJS.ProcessEnv} env */
function hostGoIsGood(env) {
  if (!onPath('go', env)) return false;
  const version = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env }).stdout?.match(/go(\d+)\.(\d+)/);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  return major > NEEDED_GO.major || (major === NEEDED_GO.major && minor >= NEEDED_GO.minor);
}

/**
 * @param {string} folder
 * @param {{ sourceDir: string, cacheDir: string, mode: import('./sandbox.mjs').SandboxMode, env: NodeJS.ProcessEnv, say: (text: string) => void, onLine: (line: string) => void }} options
 */
async function buildInside(folder, { sourceDir, cacheDir, mode, env, say, onLine }) {
  const root = `${folder}.go-root`;
  const work = join(cacheDir, 'go');
  removeTree(root);
  mkdirSync(root, { recursive: true });
  try {
    say(`this machine has no Go ${NEEDED_GO.major}.${NEEDED_GO.minor} or newer: unpacking Debian's`);
    await makeRootFileSystem(root, { packages: BUILD_PACKAGES, env, say });
    copyNameResolution(root, (file) => readFileSync(file, 'utf8'));
    rmSync(join(work, 'source'), { recursive: true, force: true });
    cpSync(sourceDir, join(work, 'source'), { recursive: true });
    const forwarded = [
      'GOPROXY',
      'GOSUMDB',
      'GONOSUMDB',
      'GOFLAGS',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'NO_PROXY',
      'http_proxy',
      'https_proxy',
      'no_proxy',
    ];
    const variables = Object.fromEntries(
      forwarded.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    );
    const certificates = [env.SSL_CERT_FILE, '/etc/ssl/certs/ca-certificates.crt'].find(
      (file) => file && existsSync(file),
    );
    if (certificates) {
      copyFileSync(certificates, join(work, 'certificates.pem'));
      variables.SSL_CERT_FILE = '/data/certificates.pem';
    }
    const runtime = { root, programs: folder, mode };
    const goEnv = {
      ...variables,
      CGO_ENABLED: '0',
      GOTOOLCHAIN: 'local',
      GOPATH: '/data/path',
      GOCACHE: '/data/build',
    };
    const argv = [
      'sh',
      '-c',
      'cd /data/source && exec "$@"',
      'sh',
      ...BUILD,
      '-modcacherw',
      '-o',
      '/data/ferretdb',
      '.',
    ];
    const { command } = sandboxed(runtime, work, argv, { tellPid: false, env: goEnv });
    await runStep(command, { what: 'Building FerretDB in the root file system', onLine });
    copyFileSync(join(work, 'ferretdb'), join(folder, 'ferretdb'));
    rmSync(work, { recursive: true, force: true }); // 600 MB that only a new version of FerretDB would need again
  } finally {
    removeTree(root);
  }
}

/** @param {(text: string) => void} say */
function reportBuild(say) {
  let downloaded = 0;
  let compiled = 0;
  return (/** @type {string} */ line) => {
    if (line.startsWith('go: downloading')) {
      if (++downloaded % 10 === 1) say(`downloading Go modules (${downloaded})`);
    } else if (/^[\w./-]+$/.test(line) && ++compiled % 25 === 0)
      say(`compiling (${compiled} of about ${ABOUT_PACKAGES} packages)`);
  };
}
