import { getHeapStatistics } from 'node:v8';
import { workMeter, type WorkMeter } from '@millrace/messaging';
import type { Logger } from './logging.js';
import { counter, gaugeOf } from './metrics.js';

/** How often the event loop is looked at. A pause is seen to within this. Milliseconds. */
const LOOK_EVERY_MS = 100;

/** Pauses above this are logged with the work that caused them. Milliseconds. */
export const LOGGED_PAUSE_MS = 200;

/**
 * Above this share of its limit, the heap is logged with the work under way; at most once in {@link HEAP_LOG_PAUSE_MS}. The limit has room for young objects too:
 * with the smallest heap that a service has (256 MiB) a process ends at 0.82 of it.
 */
const HEAP_WARNING_SHARE = 0.8;
const HEAP_LOG_PAUSE_MS = 10_000;

/** Pieces of work under way that a log line names. */
const NAMED_WORK = 5;

let longestPauseMs = 0;

gaugeOf(
  'millrace_event_loop_longest_pause_seconds',
  'Longest pause of the event loop since the last scrape: for so long the process did nothing for anybody else',
  () => {
    const longest = longestPauseMs / 1_000;
    longestPauseMs = 0;
    return longest;
  },
);
gaugeOf('millrace_heap_limit_bytes', 'Heap above which the process ends', () => getHeapStatistics().heap_size_limit);
const longPauses = counter('millrace_event_loop_long_pauses_total', `Pauses above ${LOGGED_PAUSE_MS} ms`);

/** One look at the process: what has been measured since the one before. */
export interface Look {
  /** Time by which the look came late. Milliseconds. */
  readonly pauseMs: number;
  /** Processor time that the process used since the last look. Milliseconds. */
  readonly cpuMs: number;
  readonly heapUsed: number;
  readonly heapLimit: number;
  /** Milliseconds, of a clock that never goes back. */
  readonly now: number;
}

/** Judges looks at the process and logs what an operator has to know, with the name of whose work it was. */
export class Watchdog {
  #heapLoggedAt = -Infinity;

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly meter: WorkMeter = workMeter,
  ) {}

  judge(look: Look): void {
    const slowest = this.meter.takeSlowest();
    longestPauseMs = Math.max(longestPauseMs, look.pauseMs);
    if (look.pauseMs >= LOGGED_PAUSE_MS) {
      longPauses.inc();
      // A process that did not get the processor is the machine's trouble, not that of the work it was about to do.
      const starved = look.cpuMs < look.pauseMs / 2;
      this.logger.warn(
        {
          pauseMs: Math.round(look.pauseMs),
          cpuMs: Math.round(look.cpuMs),
          ...(slowest ? { work: { ...slowest, heldMs: Math.round(slowest.heldMs) } } : {}),
          underWay: this.meter.underWay(NAMED_WORK),
        },
        starved
          ? 'The event loop paused; the process got little of the processor'
          : 'The event loop paused: a piece of work held up everybody else',
      );
    }
    if (look.heapUsed > look.heapLimit * HEAP_WARNING_SHARE && look.now - this.#heapLoggedAt >= HEAP_LOG_PAUSE_MS) {
      this.#heapLoggedAt = look.now;
      this.logger.warn(
        { heapUsed: look.heapUsed, heapLimit: look.heapLimit, underWay: this.meter.underWay(NAMED_WORK) },
        'The heap is nearly full',
      );
    }
  }
}

/** Looks at the process until the returned function is called. Costs ten short timers a second. */
export function startWatchdog(logger: Pick<Logger, 'warn'>): () => void {
  const watchdog = new Watchdog(logger);
  let lookedAt = performance.now();
  let cpu = process.cpuUsage();
  const timer = setInterval(() => {
    const now = performance.now();
    const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
    const used = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const pauseMs = Math.max(0, now - lookedAt - LOOK_EVERY_MS);
    lookedAt = now;
    watchdog.judge({ pauseMs, cpuMs: (used.user + used.system) / 1_000, heapUsed, heapLimit, now });
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
