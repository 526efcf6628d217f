import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort, waitUntil } from '@millrace/testing';

const MAIN = path.join(__dirname, '..', 'dist', 'program', 'main.js');

/** The built service as a process of its own. */
export class SchedulerProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  /** Resolves when it is ready. */
  static async start(settings: Readonly<Record<string, string>>): Promise<SchedulerProcess> {
    const port = await freePort();
    const environment = { ...settings, MILLRACE_HEALTH_PORT: String(port), PATH: process.env.PATH };
    const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    const started = new SchedulerProcess(child, port);
    try {
      await waitUntil('the process to be ready', async () => (await started.#ready()).status === 200);
      return started;
    } catch (error) {
      await started.end('SIGKILL');
      throw error;
    }
  }

  /** What it says of its checks. */
  async checks(): Promise<unknown> {
    return ((await (await this.#ready()).json()) as { checks: unknown }).checks;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }

  #ready(): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}/health/ready`);
  }
}
