import { statfs } from 'node:fs/promises';
import { AppError, LIMITS } from '@millrace/contracts';
import type { Bus, StoreRoom, StoreUsage } from '@millrace/messaging';
import type { baseConfigShape, Config } from './config.js';
import type { HealthCheck } from './health.js';
import type { Logger } from './logging.js';
import { gauge } from './metrics.js';
import { NatsMonitor, troubleOf, type NatsReport } from './nats-monitor.js';

/** How often storage is looked at, in the background: between two looks the reserve takes what comes. */
const LOOK_MS = 1_000;
/** What was refused is accepted again once this many times the reserve is free, so that it does not flap at the border. */
const RELIEF = 1.2;
/** Below this share of the reserve what was accepted does not begin either: the rest is for executions that have begun. */
const EXHAUSTED = 0.5;
/** A source that cannot be read counts as it was last read for so many looks. */
const LOOKS_KEPT = 60;
/** What sources begin with that are pages of a NATS server. */
const MONITOR = 'monitor ';
const UNWATCHED =
  'the free space of no store can be read: set MILLRACE_NATS_MONITOR_URL or MILLRACE_DATA_DIRS; until then only the limits of the servers themselves refuse what is too much';
const NO_SPACE = /no space left|quota exceeded/i;

type GuardConfig = Pick<
  Config<typeof baseConfigShape>,
  'MILLRACE_DATA_DIRS' | 'MILLRACE_NATS_MONITOR_URL' | 'MILLRACE_STORAGE_RESERVE_PERCENT'
>;
type GuardedBus = Pick<Bus, 'room' | 'storeUsage' | 'status'>;

const refusing = gauge('millrace_storage_refusing', 'Whether starts are refused for lack of space (1) or not (0)');
const watchedStores = gauge('millrace_storage_watched', 'Disks and stores whose free space is known');
const freeBytes = gauge('millrace_storage_free_bytes', 'What is free of a disk or store that is watched', ['store']);

/**
 * Watches what durable work needs room on, and has starts refused while only the reserve is left: disks of this machine,
 * NATS's store, limits of its account and streams. With half the reserve left, executors begin nothing new. Also asks NATS whether it stores at all: after a failed write it does
 * not until it is restarted.
 */
export class StorageGuard {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #full: string | null = null;
  #isUnwatched = false;
  readonly #readings = new Map<string, { stores: readonly StoreUsage[]; failedLooks: number }>();
  #natsTrouble: string | null = null;

  constructor(
    private readonly bus: GuardedBus,
    private readonly config: GuardConfig,
    private readonly logger: Logger,
    private readonly monitor: Pick<NatsMonitor, 'ask'> = new NatsMonitor(config.MILLRACE_NATS_MONITOR_URL),
  ) {}

  /** Looks once, then in the background until `stop`. */
  async start(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => {
      this.#looking ??= this.look().finally(() => (this.#looking = undefined));
    }, LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Shows whether there is room. Reading and what runs already go on without, so it should not decide readiness. */
  readonly check: HealthCheck = () => {
    if (this.#full !== null) return { up: false, detail: this.#full };
    return this.#isUnwatched ? { up: true, detail: UNWATCHED } : { up: true };
  };

  /** Whether NATS can be reached and stores what it is sent. */
  readonly natsCheck: HealthCheck = () => {
    const { connected, server } = this.bus.status();
    if (!connected) return { up: false, detail: 'not connected' };
    if (this.#natsTrouble !== null) return { up: false, detail: this.#natsTrouble };
    if (!this.bus.room.storing) return { up: false, detail: 'does not confirm that messages are stored' };
    return { up: true, ...(server ? { detail: server } : {}) };
  };

  /** Looks at everything now. Never rejects. */
  async look(): Promise<void> {
    const [disks, reports, stores] = await Promise.all([
      Promise.all(this.config.MILLRACE_DATA_DIRS.map(diskUsage)),
      this.monitor.ask(),
      this.bus.status().connected ? this.bus.storeUsage().catch(() => undefined) : undefined,
    ]);
    this.#forgetOthers(reports);
    const watched = [
      ...disks.flatMap((disk, index) => this.#lastReading(`disk ${index}`, disk && [disk])),
      ...reports.flatMap(({ url, store }) =>
        this.#lastReading(monitorSource(url), store === null ? [] : store && [store]),
      ),
      ...this.#lastReading('account', stores),
    ];
    this.#noteWatched(watched);
    const border = this.#full === null ? 1 : RELIEF;
    const short = watched.find((usage) => this.#reservesFree(usage) < border);
    const exhausted = watched.some((usage) => this.#reservesFree(usage) < EXHAUSTED);
    const trouble = troubleOf(reports, this.bus.status().serverId);
    this.#natsTrouble = trouble;
    if (short !== undefined) this.#conclude(describe(short), new AppError('STORAGE_FULL'), exhausted);
    else if (trouble === null) this.#conclude(null, null);
    else if (NO_SPACE.test(trouble)) this.#conclude(trouble, new AppError('STORAGE_FULL'));
    else this.#conclude(null, natsUnhealthy());
  }

  /** What a source says, or said last if it cannot be read for the moment: a full store stays full while nobody can look. */
  #lastReading(source: string, stores: readonly StoreUsage[] | undefined): readonly StoreUsage[] {
    const before = this.#readings.get(source);
    if (stores !== undefined) this.#readings.set(source, { stores, failedLooks: 0 });
    else if (before !== undefined && ++before.failedLooks > LOOKS_KEPT) this.#readings.delete(source);
    return this.#readings.get(source)?.stores ?? [];
  }

  /** An address that no server has any more may be another one's later. */
  #forgetOthers(reports: readonly NatsReport[]): void {
    const asked = new Set(reports.map(({ url }) => monitorSource(url)));
    for (const source of this.#readings.keys())
      if (source.startsWith(MONITOR) && !asked.has(source)) this.#readings.delete(source);
  }

  #noteWatched(watched: readonly StoreUsage[]): void {
    freeBytes.reset();
    for (const { name, used, limit } of watched) freeBytes.set({ store: name }, limit - used);
    this.bus.room.measured(fullestOf(watched));
    watchedStores.set(watched.length);
    const wasUnwatched = this.#isUnwatched;
    this.#isUnwatched = watched.length === 0;
    if (this.#isUnwatched && !wasUnwatched) this.logger.warn(`Storage is not watched: ${UNWATCHED}`);
    if (!this.#isUnwatched && wasUnwatched) this.logger.info('Storage is watched again');
  }

  /** How many times the reserve is free. */
  #reservesFree({ used, limit }: StoreUsage): number {
    const share = (limit * this.config.MILLRACE_STORAGE_RESERVE_PERCENT) / 100;
    const reserve = Math.min(share, LIMITS.storageReserveBytes);
    return reserve > 0 ? (limit - used) / reserve : Infinity;
  }

  #conclude(full: string | null, refusal: AppError | null, exhausted = false): void {
    const before = this.#full;
    this.#full = full;
    this.bus.room.refuse(refusal, exhausted);
    refusing.set(full === null ? 0 : 1);
    if (full !== null && before === null)
      this.logger.error({ reason: full }, 'Storage is nearly full: starts are refused until there is room');
    if (full === null && before !== null) this.logger.info('There is room again: starts are accepted');
  }
}

const monitorSource = (url: string) => `${MONITOR}${url}`;

/** The store with the least room left; null when none is watched. */
function fullestOf(watched: readonly StoreUsage[]): StoreRoom | null {
  return watched
    .map(({ used, limit }) => ({ free: Math.max(0, limit - used), limit }))
    .reduce<StoreRoom | null>((least, store) => (least === null || store.free < least.free ? store : least), null);
}

async function diskUsage(folder: string): Promise<StoreUsage | undefined> {
  try {
    const { blocks, bavail, bsize } = await statfs(folder);
    return { name: `disk of ${folder}`, used: (blocks - bavail) * bsize, limit: blocks * bsize };
  } catch {
    // It is yet to be made, or elsewhere: then there is nothing to say about its disk.
    return undefined;
  }
}

function describe({ name, used, limit }: StoreUsage): string {
  const mebibytes = (bytes: number) => Math.max(0, Math.floor(bytes / 1024 / 1024));
  return `${name}: ${mebibytes(limit - used)} MiB of ${mebibytes(limit)} MiB are free`;
}

function natsUnhealthy(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The message store is not healthy; try again',
    details: { service: 'nats' },
  });
}
