import { AppError, LIMITS } from '@millrace/contracts';
import { counter } from '@millrace/service-kit/metrics';
import type { AbortSource } from '@millrace/service-kit/safe-http';
import { LRUCache } from 'lru-cache';
import { StepFailure } from '../steps/step-failure.js';
import { originOf } from './origin-of.js';

const refusals = counter(
  'millrace_http_calls_held_back_total',
  'Calls of HTTP steps that were not made because the service did not respond',
);

/** A call that may be made. */
export interface OutgoingCall {
  readonly organisationId: string;
  readonly url: string;
  readonly stop: Pick<AbortSource, 'aborted' | 'reason'>;
}

/** What is known of one origin, as one organisation calls it. Times are milliseconds of a clock that is never set. */
interface Circuit {
  readonly origin: string;
  underWay: number;
  /** Calls without a response since the last one that had one. */
  misses: number;
  /** When it responded last, or when the first of those under way was sent. */
  heardAt: number;
  /** No call before that. */
  heldBackUntil: number;
  pauseMs: number;
  /** Whether the one call is under way that shows whether the service is back. */
  isTried: boolean;
}

/**
 * Holds calls of an organisation back from an origin that does not respond, so that a dead service does not fill the slots of an executor with
 * calls that wait for their time limits. What is held back fails at once and asks for a pause in which its execution has no slot. Each executor
 * counts for itself; a response of any status is a response.
 */
export class OriginCircuits {
  /** By size, since room for `max` entries would be made at once. */
  readonly #circuits = new LRUCache<string, Circuit>({ maxSize: LIMITS.circuits, sizeCalculation: () => 1 });

  constructor(private readonly now: () => number) {}

  /** Makes the call if it may be made. Throws StepFailure HTTP_CIRCUIT_OPEN, and what the call throws. */
  async through<Result>(call: OutgoingCall, make: () => Promise<Result>): Promise<Result> {
    const circuit = this.#circuitOf(call);
    // The client says what is wrong with such an address.
    if (circuit === undefined) return make();
    this.#requireClosed(circuit);
    const isTrial = circuit.misses >= LIMITS.circuitMisses;
    circuit.isTried ||= isTrial;
    if (circuit.underWay++ === 0) circuit.heardAt = this.now();
    try {
      const result = await make();
      this.#heard(circuit);
      return result;
    } catch (error) {
      this.#judge(circuit, error, call.stop);
      throw error;
    } finally {
      circuit.underWay--;
      if (isTrial) circuit.isTried = false;
    }
  }

  #circuitOf({ organisationId, url }: OutgoingCall): Circuit | undefined {
    const origin = originOf(url);
    if (origin === undefined) return undefined;
    const key = `${organisationId} ${origin}`;
    const known = this.#circuits.get(key);
    if (known !== undefined) return known;
    const circuit: Circuit = {
      origin,
      underWay: 0,
      misses: 0,
      heardAt: 0,
      heldBackUntil: 0,
      pauseMs: LIMITS.circuitPauseMs,
      isTried: false,
    };
    this.#circuits.set(key, circuit);
    return circuit;
  }

  #requireClosed(circuit: Circuit): void {
    const now = this.now();
    if (circuit.heldBackUntil > now || circuit.isTried)
      throw heldBack(circuit, Math.max(circuit.heldBackUntil - now, LIMITS.circuitPauseMs));
    if (circuit.underWay >= LIMITS.circuitUnderWay && now - circuit.heardAt >= LIMITS.circuitSilentMs)
      throw heldBack(circuit, LIMITS.circuitPauseMs);
  }

  #heard(circuit: Circuit): void {
    circuit.misses = 0;
    circuit.heardAt = this.now();
    circuit.heldBackUntil = 0;
    circuit.pauseMs = LIMITS.circuitPauseMs;
  }

  #judge(circuit: Circuit, error: unknown, stop: OutgoingCall['stop']): void {
    if (stop.aborted) {
      if (stop.reason instanceof StepFailure && stop.reason.code === 'STEP_TIMEOUT') this.#missed(circuit);
    } else if (error instanceof AppError && error.code === 'HTTP_REQUEST_FAILED') {
      if (isOf(circuit.origin, error)) this.#missed(circuit);
      else this.#heard(circuit);
    } else if (error instanceof AppError && error.code === 'HTTP_RESPONSE_TOO_LARGE') this.#heard(circuit);
  }

  #missed(circuit: Circuit): void {
    circuit.misses++;
    if (circuit.misses < LIMITS.circuitMisses) return;
    const now = this.now();
    // Of many that were under way together, each one misses: that is one reason for a pause, not many.
    if (circuit.heldBackUntil > now) return;
    circuit.heldBackUntil = now + circuit.pauseMs;
    circuit.pauseMs = Math.min(circuit.pauseMs * 2, LIMITS.circuitLongestPauseMs);
  }
}

/** Whether the origin itself did not respond; one that redirects has. */
function isOf(origin: string, { details }: AppError): boolean {
  const url = String(details?.['url']);
  return details?.['cause'] !== 'TOO_MANY_REDIRECTS' && [undefined, origin].includes(originOf(url));
}

/** Each comes again at another moment, and with its slot given back meanwhile. */
function heldBack({ origin, misses, underWay }: Circuit, pauseMs: number): StepFailure {
  refusals.inc();
  const askedDelayMs = Math.round(pauseMs * (1 + Math.random() / 2));
  return new StepFailure(
    'HTTP_CIRCUIT_OPEN',
    misses >= LIMITS.circuitMisses
      ? `${origin} did not respond to the last ${misses} calls, so this one was not made`
      : `${origin} has not responded for ${LIMITS.circuitSilentMs / 1_000} s and has ${underWay} calls waiting, so this one was not made`,
    { details: { origin, retry_after_ms: askedDelayMs }, askedDelayMs },
  );
}
