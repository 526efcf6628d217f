import type { LookupAddress } from 'node:dns';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Gate } from '@millrace/messaging';

/** How names are asked for; passed to the thread. */
export interface NameSettings {
  /** In the place of the name servers of this machine, `ADDRESS:PORT`. */
  readonly servers: readonly string[] | undefined;
  /** For one question to one server: milliseconds. */
  readonly questionMs: number;
  readonly tries: number;
  /** Of one family. A name that has more fails with the code `TOO_MANY_ADDRESSES`. */
  readonly mostAddresses: number;
}

export interface NameQuestion {
  readonly id: number;
  readonly name: string;
}

export type FoundAddresses =
  | { readonly addresses: readonly LookupAddress[]; readonly message?: undefined }
  | { readonly message: string; readonly code: string };

interface NameReply {
  readonly id: number;
  readonly reply: FoundAddresses;
}

interface Waiting {
  readonly resolve: (addresses: readonly LookupAddress[]) => void;
  readonly reject: (error: Error) => void;
}

const HEAP_MB = 64;
/** By the name of the package: the code is also part of a bundle, which is in another folder. */
const PROGRAM = createRequire(import.meta.url).resolve('@millrace/service-kit/worker/resolve-names.mjs');

/**
 * Asks name servers in a thread of its own. Whoever owns a name decides what its servers respond with: some thousand addresses are within 64 KiB, and take tens of
 * milliseconds to read, in which the process could do nothing else.
 */
export class NameThread {
  readonly #waiting = new Map<number, Waiting>();
  /** Keeps the process alive while somebody waits for what it finds. */
  #worker: Worker | undefined;
  #lastId = 0;
  /** By owner alone: what one asks for is read between what others ask for, and holds up nobody for long. */
  readonly #turns: Gate;

  /** `atOnce`: names of one owner that are asked for at a time; further ones wait. */
  constructor(
    private readonly settings: NameSettings,
    atOnce: number,
  ) {
    this.#turns = new Gate(Infinity, atOnce);
  }

  /** The addresses of a name. Rejects with an error that has the `code` of `node:dns`, or `TOO_MANY_ADDRESSES`. */
  async addressesOf(name: string, owner: string): Promise<readonly LookupAddress[]> {
    const leave = await this.#turns.enter(owner);
    try {
      return await this.#ask(name);
    } finally {
      leave();
    }
  }

  #ask(name: string): Promise<readonly LookupAddress[]> {
    const worker = (this.#worker ??= this.#begin());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, name } satisfies NameQuestion);
    });
  }

  #begin(): Worker {
    const worker = new Worker(PROGRAM, {
      workerData: this.settings,
      // That of the process has secrets, and is no business of what reads messages of anybody.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      stdout: true,
      stderr: true,
    });
    // Whatever it throws ends it alone.
    worker.on('error', () => undefined);
    worker.on('message', ({ id, reply }: NameReply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (reply.message === undefined) waiting?.resolve(reply.addresses);
      else waiting?.reject(Object.assign(new Error(reply.message), { code: reply.code }));
    });
    worker.once('exit', () => this.#ended());
    return worker;
  }

  /** The next question begins another one. */
  #ended(): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) {
      reject(Object.assign(new Error('the look-up of names was interrupted; try again'), { code: 'EAI_AGAIN' }));
    }
    this.#waiting.clear();
  }
}
