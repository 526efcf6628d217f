import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, waitUntil } from '@millrace/testing';
import { stringify } from 'yaml';
import { makeCertificates } from './certificates.js';
import { ClusterApi } from './cluster-api.js';
import { startProgram, type Program } from '../installation/processes.js';

const run = promisify(execFile);

const USERS = {
  admin: 'admin,admin,"system:masters"',
  manager: 'system:kube-controller-manager,manager',
  scheduler: 'system:kube-scheduler,scheduler',
};

/** Where the programs are: of the control plane, and kubectl. */
export interface ClusterPrograms {
  readonly controlPlane: string;
  readonly kubectl: string;
}

/** Where a program differs from those of the control plane. */
interface OtherProgram {
  readonly env?: Readonly<Record<string, string>>;
  /** Of its programs. */
  readonly folder?: string;
}

/** An API server with its store, controllers and scheduler on loopback. It has no nodes of its own. */
export class ControlPlane {
  readonly #running: Program[] = [];

  private constructor(
    readonly folder: string,
    readonly programs: ClusterPrograms,
    readonly api: ClusterApi,
  ) {}

  static async start(programs: ClusterPrograms): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-cluster-'));
    for (const name of ['certificates', 'logs']) mkdirSync(join(folder, name));
    makeCertificates(join(folder, 'certificates'));
    const tokens = Object.entries(USERS).map(([name, user]) => `${name}-token,${user}\n`);
    writeFileSync(join(folder, 'tokens.csv'), tokens.join(''));
    const url = `https://127.0.0.1:${await freePort()}`;
    const api = new ClusterApi(url, 'admin-token', readFileSync(join(folder, 'certificates/ca.crt')));
    const plane = new ControlPlane(folder, programs, api);
    try {
      await plane.#startAll();
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  /** Ends all programs, the last first, and removes their data. */
  async stop(): Promise<void> {
    for (const program of this.#running.reverse()) await program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  certificate(name: string): string {
    return join(this.folder, 'certificates', name);
  }

  /** A file by which programs are let in as one of the users. */
  kubeconfig(user: keyof typeof USERS): string {
    const file = join(this.folder, `${user}.kubeconfig`);
    const cluster = { server: this.api.url, 'certificate-authority': this.certificate('ca.crt') };
    const text = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: user, user: { token: `${user}-token` } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    });
    writeFileSync(file, text);
    return file;
  }

  /** Starts a program of the control plane's folder, or of another one. It ends with the control plane. */
  startProgram(name: string, args: readonly string[], { env = {}, folder }: OtherProgram = {}): Program {
    const program = startProgram({
      name,
      program: join(folder ?? this.programs.controlPlane, 'bin', name),
      args,
      env,
      cwd: this.folder,
      logs: join(this.folder, 'logs'),
    });
    this.#running.push(program);
    return program;
  }

  /** Runs kubectl as the administrator; resolves to what it prints. Rejects with what it says. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(this.programs.kubectl, ['--kubeconfig', this.kubeconfig('admin'), ...args], {
      maxBuffer: 64 * 1024 * 1024,
      env: { HOME: this.folder },
    });
    return stdout;
  }

  /** The end of what a program has printed. */
  logOf(name: string): string {
    return readFileSync(join(this.folder, 'logs', `${name}.log`), 'utf8').slice(-4_000);
  }

  async #startAll(): Promise<void> {
    const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
    const etcd = ['--data-dir=etcd', '--unsafe-no-fsync', `--initial-cluster=default=${peer}`];
    const urls = [
      ...['listen-client-urls', 'advertise-client-urls'].map((option) => `--${option}=${client}`),
      ...['listen-peer-urls', 'initial-advertise-peer-urls'].map((option) => `--${option}=${peer}`),
    ];
    this.startProgram('etcd', [...etcd, ...urls]);
    const server = this.startProgram('kube-apiserver', this.#serverOptions(client ?? ''));
    await waitUntil('the API server to be ready', async () => {
      if (!server.isRunning()) throw new Error(`It has ended: ${this.logOf('kube-apiserver')}`);
      return (await this.api.call('GET', '/readyz')).status === 200;
    });
    const manager = this.kubeconfig('manager');
    this.startProgram('kube-controller-manager', [
      ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((name) => `--${name}=${manager}`),
      '--service-account-private-key-file=certificates/accounts.key',
      '--root-ca-file=certificates/ca.crt',
      '--use-service-account-credentials=true',
      '--leader-elect=false',
      // The nodes here are a test's, which says itself when one of their pods is ready.
      '--controllers=*,-node-lifecycle-controller',
      ...['--bind-address=127.0.0.1', `--secure-port=${await freePort()}`],
      // As they are by default these take minutes.
      ...['--horizontal-pod-autoscaler-sync-period=3s', '--horizontal-pod-autoscaler-downscale-stabilization=10s'],
    ]);
    const scheduler = this.kubeconfig('scheduler');
    this.startProgram('kube-scheduler', [
      ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
        (name) => `--${name}=${scheduler}`,
      ),
      ...['--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${await freePort()}`],
    ]);
  }

  #serverOptions(etcd: string): string[] {
    const { port } = new URL(this.api.url);
    const file = (name: string) => `certificates/${name}`;
    return [
      `--etcd-servers=${etcd}`,
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`, '--advertise-address=127.0.0.1'],
      '--endpoint-reconciler-type=none',
      ...[`--tls-cert-file=${file('apiserver.crt')}`, `--tls-private-key-file=${file('apiserver.key')}`],
      `--client-ca-file=${file('ca.crt')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('accounts.pub')}`,
      `--service-account-signing-key-file=${file('accounts.key')}`,
      ...['--token-auth-file=tokens.csv', '--authorization-mode=Node,RBAC'],
      // Calls of an API that another program serves: KEDA's figures.
      `--requestheader-client-ca-file=${file('ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      ...[`--proxy-client-cert-file=${file('proxy.crt')}`, `--proxy-client-key-file=${file('proxy.key')}`],
    ];
  }
}
