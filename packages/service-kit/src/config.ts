import { z } from 'zod';

/** A TCP port. */
export const port = z.coerce.number().int().min(1).max(65_535);

/** Settings that every service has. Spread into the service's own schema. */
export const baseConfigShape = {
  /** NATS server, with credentials in the URL where it has any. */
  MILLRACE_NATS_URL: z.url({
    protocol: /^(nats|tls|ws|wss)$/,
    error: 'must be a NATS URL such as nats://127.0.0.1:4222',
  }),
  /** NATS's monitoring pages (`/healthz`, `/jsz`), where this service may read them: an http address. Without it they are not asked. */
  MILLRACE_NATS_MONITOR_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:8222' })
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),
  /** Folders of the servers' data on this machine, separated by commas: their disks are watched for free space. None where the servers run elsewhere. */
  MILLRACE_DATA_DIRS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((folder) => folder !== '')),
  /** Share of each watched disk, and of NATS's store, that is kept for what runs already (at most `LIMITS.storageReserveBytes`); 0 keeps none. */
  MILLRACE_STORAGE_RESERVE_PERCENT: z.coerce.number().min(0).max(90).default(10),
  /** Least severe level that is logged. */
  MILLRACE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Where /health/live, /health/ready and /metrics answer. */
  MILLRACE_HEALTH_PORT: port,
  /** The address that port is bound to; inside Kubernetes 0.0.0.0. */
  MILLRACE_HEALTH_HOST: z.string().default('127.0.0.1'),
  /**
   * Seconds after which NATS gives a message of a process that has gone silent to another one: how long an execution waits
   * when its executor dies. Heartbeats go out three times as often. The same for all services of an installation.
   */
  MILLRACE_ACK_WAIT_SECONDS: z.coerce.number().min(3).max(300).default(30),
  /** Seconds that work in flight gets to finish after SIGTERM. */
  MILLRACE_SHUTDOWN_GRACE_SECONDS: z.coerce.number().min(0).default(20),
};

/** Settings of a service that owns collections. */
export const mongoConfigShape = {
  /** MongoDB 7+, or FerretDB 2.7 on one machine. */
  MILLRACE_MONGODB_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must be a MongoDB URL such as mongodb://127.0.0.1:27017/'),
  MILLRACE_MONGODB_DATABASE: z.string().min(1).default('millrace'),
};

/** Settings of a service that counts calls. */
export const redisConfigShape = {
  /** Redis, which counts calls over all processes. */
  MILLRACE_REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a Redis URL such as redis://127.0.0.1:6379' }),
};

/** A validated, frozen configuration. */
export type Config<Shape extends z.ZodRawShape> = Readonly<z.output<z.ZodObject<Shape>>>;

/** What is wrong with one setting. */
export interface ConfigProblem {
  readonly name: string;
  readonly message: string;
}

/** Checks the environment against a schema and returns the frozen result, or throws an Error that lists every problem. */
export function parseConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>>,
): { config: Config<Shape> } | { problems: ConfigProblem[] } {
  // An empty variable is how shells and Kubernetes say "not set".
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(present);
  if (result.success) return { config: Object.freeze(result.data) };
  return {
    problems: result.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return { name, message: present[name] === undefined ? `is missing (${issue.message})` : issue.message };
    }),
  };
}

/** Reads the service's configuration once, at the first line of main: with problems it lists them all on stderr and exits with 1. */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config<Shape> {
  const result = parseConfig(schema, environment);
  if ('config' in result) return result.config;
  const lines = result.problems.map((problem) => `  ${problem.name} ${problem.message}`);
  process.stderr.write(`The configuration has ${lines.length} problem(s):\n${lines.join('\n')}\n`);
  process.exit(1);
}
