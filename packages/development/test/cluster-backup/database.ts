import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startMongo, type OwnServer } from '@millrace/testing';

/** Where a command reads and writes. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** The database, and what is done in the place of MongoDB's tools, which the tests do not have: its folder is copied while it is stopped. */
export class Database {
  private constructor(
    readonly server: OwnServer,
    private readonly folder: string,
  ) {}

  /** One that is empty. */
  static async start(): Promise<Database> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-database-'));
    return new Database(await startMongo({ dir: folder }), folder);
  }

  /** Does what a command of the pod with MongoDB's tools is for. Rejects when that fails, or the command is another one. */
  async run(script: string, { stdin, stdout }: Streams): Promise<void> {
    const [program] = script.split(' ');
    if (program === 'mongodump') return this.#atRest(() => tar(['-C', this.folder, '-cz', '.'], { stdout }));
    if (program === 'mongorestore') return this.#atRest(() => this.#putBack(stdin));
    // It empties the database, of which nothing is left when the folder is put back.
    if (program !== 'mongosh') throw new Error(`There is nothing in the place of ${program}.`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #atRest(work: () => Promise<void>): Promise<void> {
    await this.server.stop();
    await work();
    await this.server.restart();
  }

  async #putBack(stdin: Readable): Promise<void> {
    rmSync(this.folder, { recursive: true });
    mkdirSync(this.folder, { mode: 0o700 });
    await tar(['-C', this.folder, '-xz'], { stdin });
  }
}

async function tar(args: readonly string[], { stdin, stdout }: Partial<Streams>): Promise<void> {
  const child = spawn('tar', args);
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (stdin === undefined) child.stdin.end();
  // It may have read enough before the end, which is no failure.
  else void pipeline(stdin, child.stdin).catch(() => undefined);
  if (stdout === undefined) child.stdout.resume();
  else await pipeline(child.stdout, stdout, { end: false });
  const code = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}: ${errors}`);
}
