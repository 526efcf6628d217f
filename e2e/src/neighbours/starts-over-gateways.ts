import { randomUUID } from 'node:crypto';
import type { ExecutionAccepted } from '@millrace/contracts';
import type { ApiClient } from '../support/api.js';

/** How a connection ends whose process is gone. */
const GONE = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];
const CALLERS = 8;

/** What one gateway did with the starts that it was sent. */
export interface Tally {
  /** Starts that it accepted. */
  accepted: number;
  /** Connections to it that could not be made. */
  refused: number;
  /** Calls that it had taken and did not answer. */
  broken: number;
}

/**
 * Callers without a pause that start numbered executions over several gateways in turn, as a load balancer does that does not know
 * which of them are there: a start whose connection fails goes to the next gateway under the same `Idempotency-Key`.
 */
export class StartsOverGateways {
  /** Ids of executions by the number in their input. */
  readonly accepted = new Map<number, string>();
  /** By the position of their gateway. */
  readonly tallies: readonly Tally[];
  /** Responses other than 202, and starts without one. */
  readonly wrong: string[] = [];
  #next = 0;
  #stopped = false;
  readonly #running: readonly Promise<void>[];

  /** Begins at once. `path`: of the call that starts; its input gets the member `n`. */
  constructor(
    private readonly gateways: readonly ApiClient[],
    private readonly path: string,
  ) {
    this.tallies = gateways.map(() => ({ accepted: 0, refused: 0, broken: 0 }));
    this.#running = Array.from({ length: CALLERS }, () => this.#run());
  }

  /** Ends the callers after the start that each has under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const n = this.#next++;
      const headers = { 'idempotency-key': randomUUID() };
      const order = this.gateways.map((_, index) => (n + index) % this.gateways.length);
      let isAnswered = false;
      for (const index of order) isAnswered ||= await this.#start(n, index, headers);
      if (!isAnswered) this.wrong.push(`start ${n}: no gateway responded`);
    }
  }

  /** Whether the gateway responded. */
  async #start(n: number, index: number, headers: Readonly<Record<string, string>>): Promise<boolean> {
    const [gateway, tally] = [this.gateways[index] as ApiClient, this.tallies[index] as Tally];
    try {
      const answer = await gateway.call<ExecutionAccepted>('POST', this.path, { json: { input: { n } }, headers });
      if (answer.status !== 202) this.wrong.push(`start ${n}: ${answer.status} ${JSON.stringify(answer.body)}`);
      else this.accepted.set(n, answer.body.execution_id);
      tally.accepted += answer.status === 202 ? 1 : 0;
      return true;
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause;
      const code = cause?.code ?? String(error);
      if (!GONE.includes(code)) this.wrong.push(`start ${n}: ${code}`);
      tally[code === 'ECONNREFUSED' ? 'refused' : 'broken']++;
      return false;
    }
  }
}
