import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { waitUntil } from '@millrace/testing';
import { parse, stringify } from 'yaml';
import { MASTER_KEYS } from '../../src/kubernetes/container-settings.js';
import { Fleet, IN_ORDER } from '../installation/fleet.js';
import { startProductionNats } from '../installation/production-nats.js';
import { SETTINGS, startServers, valuesOfSecret, type Secret, type Servers } from '../installation/servers.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { Database, type Streams } from './database.js';
import { diagnose, type Diagnosis } from './doctor.js';
import { Kubectl, type Commands } from './kubectl.js';

const nothing = () => undefined;

/**
 * An installation as `overlays/production` has it, but of processes: one of each service, three NATS servers, Redis and the database. What the page
 * has kubectl do is done to these.
 */
export class ProcessCluster {
  #servers: Servers | undefined;
  #database: Database | undefined;
  #fleet: Fleet | undefined;
  #kubectl: Kubectl | undefined;
  /** Of the job that was made last. */
  #diagnosis: Diagnosis | undefined;
  /** What is about to become so: services that start or end. */
  #change: Promise<unknown> = Promise.resolve();

  private constructor(private readonly publicPort: number) {}

  /** Starts the servers, and all services side by side. `publicPort`: of the gateway. */
  static async start(publicPort: number): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(publicPort);
    try {
      cluster.#kubectl = await Kubectl.start(cluster.#commands());
      await cluster.#startServers();
      await cluster.fleet.begin(REPOSITORY);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The command by which a shell runs what is in the place of kubectl. */
  get kubectl(): string {
    return this.#kubectl?.command ?? 'false';
  }

  get servers(): Servers {
    if (this.#servers === undefined) throw new Error('There are no servers.');
    return this.#servers;
  }

  get fleet(): Fleet {
    this.#fleet ??= new Fleet(this.servers, this.#settings(), this.publicPort);
    return this.#fleet;
  }

  /** Takes everything away, with all data and Secrets, and starts new and empty servers. */
  async wipe(): Promise<void> {
    await this.#end();
    await this.#startServers();
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.#kubectl?.stop();
  }

  async #startServers(): Promise<void> {
    const database = await Database.start();
    this.#database = database;
    this.#servers = await startServers({
      nats: startProductionNats,
      mongodb: () => Promise.resolve(database.server),
    });
  }

  async #end(): Promise<void> {
    await this.#fleet?.stop();
    await this.#servers?.stop();
    await this.#database?.stop();
    this.#fleet = this.#servers = this.#database = undefined;
  }

  #settings(): Record<string, string> {
    return {
      ...SETTINGS,
      MILLRACE_PUBLIC_URL: `http://127.0.0.1:${this.publicPort}`,
      MILLRACE_NATS_REPLICAS: String(this.servers.nats.addresses.length),
      MILLRACE_NATS_MONITOR_URL: this.servers.nats.monitorUrls.join(),
    };
  }

  #commands(): Commands {
    return [
      [/^-n millrace(?:-servers)? port-forward /, nothing],
      [/^(?:apply -f|-n millrace (?:wait --for=condition=ready pod\/|delete pod )) ?mongo-tools\b/, nothing],
      // No autoscaler runs here.
      [/^-n millrace annotate (?:--overwrite )?scaledobject /, nothing],
      [
        /^-n millrace(?:-servers)? get secret (\S+) -o jsonpath=\{\.data\.([\w-]+)\}$/,
        ([name = '', key = ''], { stdout }) => void stdout.write(this.#encoded(name, key)),
      ],
      [/^-n millrace get deployment -o jsonpath=/, (_, { stdout }) => void stdout.write(`${IN_ORDER.join('\n')}\n`)],
      [/^-n millrace scale deployment.* --replicas=0$/, (_, streams, words) => this.#scaleToNothing(words)],
      [/^-n millrace(?:-servers)? (?:rollout status|wait --for=delete pod) /, () => this.#change],
      [/^-n millrace exec (?:-i )?mongo-tools -- sh -c (.+)$/s, ([script = ''], io) => this.#database?.run(script, io)],
      [/^-n millrace create secret generic (\S+) --from-file=([\w-]+)=(\S+) --dry-run=client -o yaml$/, newSecret],
      [/^-n millrace apply -f -$/, (_, { stdin }) => this.#putSecret(stdin)],
      [
        /^apply -k k8s\/overlays\/mine(?: -l app\.kubernetes\.io\/name notin \((.*)\))?$/,
        ([later = '']) => this.#changeTo(() => this.#startAllBut(later.split(','))),
      ],
      [/^-n millrace create job --from=cronjob\/doctor /, () => this.#runDoctor()],
      [/^-n millrace logs --follow job\/doctor-/, (_, { stdout }) => void stdout.write(this.#diagnosis?.output ?? '')],
      [/^-n millrace delete job doctor-/, nothing],
    ];
  }

  /** A value as Kubernetes shows it. */
  #encoded(name: string, key: string): string {
    const value = valuesOfSecret(this.servers, name)[key];
    if (value === undefined) throw new Error('there is no such Secret');
    return Buffer.from(value).toString('base64');
  }

  /** Of the services that are named, or of all. */
  #scaleToNothing(words: readonly string[]): void {
    const named = IN_ORDER.filter((name) => words.includes(`deployment/${name}`));
    this.#changeTo(() => this.fleet.end(named.length > 0 ? named : IN_ORDER));
  }

  async #startAllBut(others: readonly string[]): Promise<void> {
    const left = [...others, ...Object.keys(this.fleet.healthUrls)];
    await this.fleet.begin(
      REPOSITORY,
      IN_ORDER.filter((name) => !left.includes(name)),
    );
  }

  /** One change after the other. A command that waits for it fails where it fails. */
  #changeTo(change: () => Promise<unknown>): void {
    this.#change = this.#change.then(change);
    this.#change.catch(() => undefined);
  }

  async #putSecret(stdin: Streams['stdin']): Promise<void> {
    if (this.#fleet !== undefined) throw new Error('services have been started without it');
    const put = parse(await text(stdin)) as Secret;
    const others = this.servers.secrets.filter(({ metadata }) => metadata.name !== put.metadata.name);
    this.#servers = { ...this.servers, secrets: [...others, put] };
  }

  /** Rejects when something has failed, also when it is looked at again: on a busy machine a server may be late. */
  async #runDoctor(): Promise<void> {
    const isWell = async () => {
      this.#diagnosis = await diagnose(this.fleet, this.servers, this.#settings());
      return this.#diagnosis.code === 0;
    };
    const seen = () => this.#diagnosis?.output;
    await waitUntil('doctor to find nothing that has failed', isWell, 120_000, { everyMs: 5_000, seen });
  }
}

function newSecret([name, key = '', file = '']: readonly string[], { stdout }: Streams): void {
  if (name !== MASTER_KEYS) throw new Error('there is no such Secret');
  const stringData = { [key]: readFileSync(file, 'utf8') };
  stdout.write(stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }));
}
