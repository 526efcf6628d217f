import type { ChildProcess } from 'node:child_process';
import type { INestMicroservice } from '@nestjs/common';
import type { NatsBus, Topology } from '@millrace/messaging';
import { FakeHttpServer, startNats, type OwnServer } from '@millrace/testing';
import { connectClient, spawnExecutor, startExecutor, topology } from './executor.fixture.js';

/** NATS, a client, a third party's HTTP service, and the executors that a test starts and kills. */
export class ExecutorScene {
  readonly #processes = new Set<ChildProcess>();
  readonly #apps = new Set<INestMicroservice>();

  private constructor(
    readonly nats: OwnServer,
    readonly bus: NatsBus,
    readonly server: FakeHttpServer,
    private readonly own: Topology,
  ) {}

  /** Without executors; `own` is the topology of the client and of executors in this process. */
  static async open(own: Topology = topology): Promise<ExecutorScene> {
    const nats = await startNats();
    return new ExecutorScene(nats, await connectClient(nats.url, own), await FakeHttpServer.start(), own);
  }

  /** An executor in a process of its own, to be killed. */
  async spawn(options?: Parameters<typeof spawnExecutor>[1]): Promise<ChildProcess> {
    const child = await spawnExecutor(this.nats.url, options);
    this.#processes.add(child);
    return child;
  }

  /** An executor inside this process. */
  async start(options: { graceMs?: number; smtpPort?: number } = {}): Promise<INestMicroservice> {
    const app = await startExecutor(this.nats.url, { ...options, topology: this.own });
    this.#apps.add(app);
    return app;
  }

  /** Shuts an executor inside this process down. */
  async shutDown(app: INestMicroservice): Promise<void> {
    this.#apps.delete(app);
    await app.close();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    for (const child of this.#processes) child.kill('SIGKILL');
    await Promise.all([...this.#apps].map((app) => this.shutDown(app)));
    await this.bus.close();
    await this.server.stop();
    await this.nats.stop();
  }
}
