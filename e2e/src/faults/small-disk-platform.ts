import type { WorkflowResource } from '@millrace/contracts';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, apiBase, type WorkflowDocument } from '../support/api.js';
import { eventually, inParallel } from '../support/eventually.js';
import { platformCommand, readEndpoints } from '../support/platform.js';
import { SmallDisk } from './small-disk.js';
import { Starts, startsByApi, startsByWebhook, webhookOf, type StartCall } from './starts.js';

/** Whether the whole campaign runs: of it CI runs a short set, on a machine that others share. */
export const LONG = Boolean(process.env['MILLRACE_E2E_LONG']);

/** In CI bounds of a hang, since other programs share the machine; what is promised is held by hand, on a quiet one. The tests print how long it took. */
const BACK_WITHIN_MS = LONG ? 30_000 : 90_000;
const REFUSED_WITHIN_MS = LONG ? 5_000 : 30_000;
const CLEAR = ['STORAGE_FULL', 'SERVICE_UNAVAILABLE'];

/** Folders that may be on the small disk, within the home of a platform. */
export const PLACES = {
  everything: { name: 'all data', path: '' },
  nats: { name: 'NATS', path: 'data/nats' },
  database: { name: 'the database', path: 'data/mongodb' },
} as const;

interface PlatformOnSmallDisk {
  /** What is on the small disk, within its home. */
  readonly path: string;
  readonly mebibytes: number;
  /** The document of the workflow that is started, with a webhook. */
  readonly document: WorkflowDocument;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A platform of its own of which a part is on a small disk, with callers that keep it busy. */
export class SmallDiskPlatform {
  #starts: Starts | undefined;

  private constructor(
    private readonly root: string,
    readonly disk: SmallDisk,
    readonly api: ApiClient,
    private readonly workflow: WorkflowResource,
  ) {}

  /** Starts it, and leaves nothing behind when that fails. */
  static async start({ path, mebibytes, document, settings = {} }: PlatformOnSmallDisk): Promise<SmallDiskPlatform> {
    const root = mkdtempSync(join(tmpdir(), 'millrace-full-disk-'));
    const home = join(root, 'home');
    mkdirSync(home, { recursive: true });
    const disk = SmallDisk.mount(join(home, path), mebibytes);
    try {
      await platformCommand('up', { home, built: true, settings });
      const api = new ApiClient(readEndpoints(home).token, apiBase(home));
      return new SmallDiskPlatform(root, disk, api, await api.create(document));
    } catch (error) {
      await removeHome(root, disk);
      throw error;
    }
  }

  get home(): string {
    return join(this.root, 'home');
  }

  get starts(): Starts {
    if (this.#starts === undefined) throw new Error('nobody has begun to start executions');
    return this.#starts;
  }

  /** Counts of starts at the moment it is read. */
  count(): { accepted: number; refused: number } {
    return { accepted: this.starts.accepted.size, refused: this.starts.refused.length };
  }

  /** Callers, one for each call, begin to start at most so many executions. */
  begin(most: number, calls: readonly StartCall[]): void {
    this.#starts = new Starts(calls, most);
  }

  /** Starts by the API. */
  byApi(inputOf: (n: number) => object): StartCall {
    return startsByApi(this.home, this.workflow, inputOf);
  }

  /** Starts by the webhook. */
  byWebhook(inputOf: (n: number) => object): StartCall {
    return startsByWebhook(this.home, this.workflow, inputOf);
  }

  /** Starts by the webhook with a form: its fields, and files of so many bytes. */
  byForm(fieldsOf: (n: number) => Readonly<Record<string, string>>, fileBytes: number): StartCall {
    return (n) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fieldsOf(n))) body.set(name, value);
      body.set('file', new Blob([randomBytes(fileBytes)]), 'random.bin');
      return { url: webhookOf(this.home, this.workflow), headers: {}, body };
    };
  }

  /** What the gateway says of the room that there is, once it says that there is too little. */
  reportedFull(): Promise<{ status: number; detail: string | undefined }> {
    return eventually('the gateway reports it', async () => {
      const answer = await fetch(new URL('/health/ready', readEndpoints(this.home).services['gateway']?.health_url));
      const { checks } = (await answer.json()) as { checks: { storage: { status: string; detail?: string } } };
      return checks.storage.status === 'down' ? { status: answer.status, detail: checks.storage.detail } : undefined;
    });
  }

  /** Waits until starts are accepted again, within what is promised, after what `free` does; prints how long it took. */
  async backAfter(free: () => void): Promise<void> {
    const before = this.count().accepted;
    free();
    const freed = Date.now();
    await eventually('starts are accepted again', () => this.count().accepted > before + 10 || undefined, {
      timeoutMs: BACK_WITHIN_MS,
      lastSeen: () => ({
        ...this.count(),
        last: this.starts.refused.slice(-3),
        unanswered: this.starts.unanswered.slice(-3),
      }),
    });
    process.stderr.write(`full-disk: accepted again ${Date.now() - freed} ms after there was room\n`);
  }

  /** Requires that each refusal so far was clear and quick, and that each start got a response. */
  expectClearRefusals(): void {
    const { refused, unanswered } = this.starts;
    const slowest = [...refused].sort((a, b) => b.ms - a.ms)[0];
    process.stderr.write(
      `full-disk: ${refused.length} refusals, the slowest (${slowest?.status} ${slowest?.code}) after ${slowest?.ms} ms\n`,
    );
    expect(refused.filter(({ code }) => code === undefined || !CLEAR.includes(code))).toEqual([]);
    expect(unanswered).toEqual([]);
    expect(slowest?.ms ?? 0).toBeLessThan(REFUSED_WITHIN_MS);
  }

  /** Requires that all that was accepted has completed with this output, and these steps in their order. */
  async expectAllCompleted(outputOf: (n: number) => unknown, paths: readonly string[]): Promise<void> {
    await this.starts.stop();
    const accepted = [...this.starts.accepted];
    expect(new Set(accepted.map(([, id]) => id)).size).toBe(accepted.length);
    const wrong = await inParallel(accepted, 4, async ([n, id]) => {
      const { status, output, error, steps } = await this.api.ended(id, 110_000);
      const right =
        status === 'completed' &&
        JSON.stringify(output) === JSON.stringify(outputOf(n)) &&
        steps.map((step) => `${step.path} ${step.status}`).join() === paths.map((path) => `${path} completed`).join();
      return right ? [] : [{ n, id, status, output, error, steps: steps.map((step) => [step.path, step.status]) }];
    });
    expect(wrong.flat()).toEqual([]);
  }

  async remove(): Promise<void> {
    await this.#starts?.stop();
    await removeHome(this.root, this.disk);
  }
}

async function removeHome(root: string, disk: SmallDisk): Promise<void> {
  const home = join(root, 'home');
  await platformCommand('down', { home }).catch(() => undefined);
  if (process.env['MILLRACE_E2E_KEEP']) cpSync(home, `${root}-kept`, { recursive: true });
  disk.unmount();
  rmSync(root, { recursive: true, force: true });
}
