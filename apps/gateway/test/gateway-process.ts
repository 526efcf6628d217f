import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, residentMb, TcpProxy, waitUntil } from '@millrace/testing';
import { TOKEN } from './gateway.fixture.js';

/** An answer to a request with a key. */
interface KeyedAnswer {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: unknown;
}

/** A gateway in a process of its own, as it is built, which can be killed at any of its steps. */
export class GatewayProcess {
  private constructor(
    private readonly process: ChildProcess,
    private readonly proxy: TcpProxy,
    readonly url: string,
  ) {}

  /** Megabytes of memory that the process has. */
  memory(): number {
    return residentMb(this.process.pid ?? 0) ?? NaN;
  }

  static async start({ natsUrl, redisUrl }: { natsUrl: string; redisUrl: string }): Promise<GatewayProcess> {
    const proxy = await TcpProxy.start(natsUrl);
    const [port, healthPort] = [await freePort(), await freePort()];
    const child = spawn(process.execPath, [join(__dirname, '../dist/program/main.js')], {
      stdio: 'ignore',
      env: {
        MILLRACE_NATS_URL: proxy.url('nats'),
        MILLRACE_REDIS_URL: redisUrl,
        MILLRACE_PORT: String(port),
        MILLRACE_HEALTH_PORT: String(healthPort),
      },
    });
    const url = `http://127.0.0.1:${port}`;
    const started = new GatewayProcess(child, proxy, url);
    await waitUntil('the gateway to listen', () =>
      fetch(`${url}/openapi.json`, { method: 'HEAD' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return started;
  }

  /** From when it sends this text to NATS, NATS acts on it and nothing of it reaches the gateway. */
  holdAnswersFrom(text: string): void {
    this.proxy.holdAnswersFrom(text);
  }

  get holding(): boolean {
    return this.proxy.holding;
  }

  execute(workflow: string, key: string, body: string): Promise<KeyedAnswer> {
    return this.write(`/v1/workflows/${workflow}/execute`, key, body);
  }

  async write(path: string, key: string, body: string): Promise<KeyedAnswer> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'idempotency-key': key },
      body,
    });
    return { status: answer.status, replayed: answer.headers.get('idempotency-replayed'), body: await answer.json() };
  }

  /** At once, as by `kill -9`. */
  async kill(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
    await this.proxy.stop();
  }
}
