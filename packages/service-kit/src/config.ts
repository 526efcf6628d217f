import { aiPriceSchema, aiProvidersSchema, API_TOKEN_FORM, SERVER_FLOORS } from '@millrace/contracts';
import { z } from 'zod';

/** A TCP port. */
export const port = z.coerce.number().int().min(1).max(65_535);

/**
 * Marks a setting that holds a secret or a URL with a password, as its last call: `.meta(SECRET)`. Such settings are kept apart from
 * the others where a service runs, in a Secret of Kubernetes and not in a ConfigMap.
 */
export const SECRET = { secret: true } as const;

/** The longest that work in flight gets after SIGTERM. Whatever runs services gives them longer before it kills them: pods of `k8s/`, containers of Compose. */
export const SHUTDOWN_GRACE_MOST_SECONDS = 60;

const otlpEndpoint = z.url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:4318' }).optional();

/** `NAME=VALUE,…` as the headers that they are. */
const headersOf = z
  .string()
  .refine(
    (text) => text.split(',').every((pair) => text === '' || pair.indexOf('=') > 0),
    'must be NAME=VALUE, several separated by commas',
  )
  .transform((text) => {
    const pairs = text === '' ? [] : text.split(',');
    const cut = (pair: string, at: number) => [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
    return Object.fromEntries(pairs.map((pair) => cut(pair, pair.indexOf('='))));
  });

/** Settings by which a service sends what it does to where traces are kept. */
const tracingConfigShape = {
  MILLRACE_OTLP_ENDPOINT: otlpEndpoint.describe(
    'where traces are sent by OTLP over HTTP, without `/v1/traces`; without it no traces are made',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint.describe('the same by its standard name'),
  MILLRACE_OTLP_HEADERS: headersOf
    .optional()
    .describe('headers that are sent with traces, such as a key: `NAME=VALUE,…`')
    .meta(SECRET),
  MILLRACE_TRACE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the traces that begin here, 0 to 1; what continues a trace is in it as that says'),
};

/**
 * An address that is asked by HTTP, as `example` is one. `fetch` refuses one with a user or a password in it, and repeats it in the
 * message of its error.
 */
export const httpUrl = (example: string) =>
  z
    .url({ protocol: /^https?$/, error: `must be a URL such as ${example}` })
    .refine(
      (url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === ''),
      'must have no user and no password in it: take away what is before the @',
    );

/** The monitoring pages of NATS's servers: URLs without a slash at their ends, none by default. */
export const natsMonitorUrls = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter((url) => url !== ''))
  .pipe(
    z.array(httpUrl('http://127.0.0.1:8222, several separated by commas').transform((url) => url.replace(/\/$/, ''))),
  );

/** Settings that every service has. Spread into the service's own schema. The descriptions are the documentation: see `manifest.ts`. */
export const baseConfigShape = {
  MILLRACE_NATS_URL: z
    .string()
    .refine(
      (text) => text.split(',').every((url) => /^(nats|tls|ws|wss):\/\/[^/]/.test(url) && URL.canParse(url)),
      'must be a NATS URL such as nats://127.0.0.1:4222, several of a cluster separated by commas',
    )
    .describe('the NATS server, with credentials in the URL if it has any; several of a cluster separated by commas')
    .meta(SECRET),
  MILLRACE_NATS_MONITOR_URL: natsMonitorUrls.describe(
    "NATS's monitoring pages; of a cluster those of each server: a name with the addresses of all, or several separated by commas; without it its health and its store's limit are not asked",
  ),
  // An even number survives no more lost servers than the odd one below it.
  MILLRACE_NATS_REPLICAS: z.coerce
    .number()
    .int()
    .refine((replicas) => [1, 3, 5].includes(replicas), 'must be 1, 3 or 5')
    .default(1)
    .describe(
      'servers of a NATS cluster that keep a copy of each stream: 1, 3 or 5; the same in all services; streams that have more keep them',
    ),
  MILLRACE_DATA_DIRS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((folder) => folder !== ''))
    .describe(
      "folders of the servers' data on this machine, separated by commas: their disks are watched for free space",
    ),
  MILLRACE_STORAGE_RESERVE_PERCENT: z.coerce
    .number()
    .min(0)
    .max(90)
    .default(10)
    .describe('share of each watched disk, and of the store of NATS, that is kept for what runs (at most 2 GiB)'),
  MILLRACE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('the least severe level that is logged: `trace` … `fatal`'),
  MILLRACE_HEALTH_PORT: port.describe('port of `/health/*` and `/metrics`'),
  MILLRACE_PROFILE_TOKEN: z
    .string()
    .regex(
      API_TOKEN_FORM,
      'must be 22 to 512 printable characters without spaces: make one with "openssl rand -hex 20"',
    )
    .optional()
    .describe(
      'token (22–512 printable characters) that opens `/profile` of that port: what the process spends its time on, and all of its memory, secrets too; without it there are no profiles',
    )
    .meta(SECRET),
  MILLRACE_NODE_NAME: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('the machine that the process is on, as its operator names it; the name of its host by default'),
  MILLRACE_HEALTH_HOST: z.string().default('127.0.0.1').describe('address of that port; `0.0.0.0` in a container'),
  // Heartbeats go out three times as often.
  MILLRACE_ACK_WAIT_SECONDS: z.coerce
    .number()
    .min(3)
    .max(300)
    .default(30)
    .describe('time after which another process takes over from one that has gone silent; the same in all services'),
  MILLRACE_SHUTDOWN_GRACE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(SHUTDOWN_GRACE_MOST_SECONDS)
    .default(20)
    .describe(`time for work in flight after SIGTERM, at most ${SHUTDOWN_GRACE_MOST_SECONDS}`),
  ...tracingConfigShape,
};

/** Settings of a service that owns collections. */
export const mongoConfigShape = {
  MILLRACE_MONGODB_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must be a MongoDB URL such as mongodb://127.0.0.1:27017/')
    .describe(`MongoDB ${SERVER_FLOORS.mongodb.join(', ')} or later, or FerretDB 2.7 with DocumentDB`)
    .meta(SECRET),
  MILLRACE_MONGODB_DATABASE: z.string().min(1).default('millrace').describe('the database'),
};

/** Settings of a service that counts calls. */
export const redisConfigShape = {
  MILLRACE_REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a Redis URL such as redis://127.0.0.1:6379' })
    .describe('Redis, which counts calls over all processes')
    .meta(SECRET),
};

/** Settings of services that start executions for callers of the API. */
export const startRateConfigShape = {
  MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE: z.coerce
    .number()
    .int()
    .positive()
    .default(100)
    .describe(
      'executions that an organisation starts in a minute by calls of the API, and by jobs that retry or replay',
    ),
};

/** Settings of a service that bounds what an organisation has stored. */
export const storageQuotaConfigShape = {
  MILLRACE_STORAGE_QUOTA_PERCENT: z.coerce
    .number()
    .min(0)
    .max(90)
    .default(25)
    .describe(
      'share that one organisation may have of the room that it takes and the room that is free; 0 for no bound; the same in all services',
    ),
};

/** A setting that is JSON of this shape. */
export const jsonOf = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Settings of a service that works with the models of the installation. */
export const aiConfigShape = {
  MILLRACE_AI_PROVIDERS: jsonOf(aiProvidersSchema)
    .default({})
    .describe(
      'JSON `{"NAME": {"type", "api_key", "base_url", "models", "aliases", "prices", "default"}}`: providers of models for all organisations; the hosts of their addresses may be internal ones',
    )
    .meta(SECRET),
  MILLRACE_AI_DEFAULT_PRICE: jsonOf(aiPriceSchema)
    .default({ input: 5, output: 25 })
    .describe(
      'JSON `{"input", "output"}`: what models of the installation cost whose price is neither known nor in `MILLRACE_AI_PROVIDERS`, in US dollars for a million tokens',
    ),
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
      const isMissing = present[String(issue.path[0])] === undefined;
      return { name, message: isMissing ? `is missing (${issue.message})` : issue.message };
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

/** How variables of the environment begin that workflows may read. */
export const WORKFLOW_ENV_PREFIX = 'MILLRACE_ENV_';

/** What workflows read as `{{env.NAME}}`: the variables with the prefix, by their names without it. */
export function workflowEnv(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).filter(([name]) => name.startsWith(WORKFLOW_ENV_PREFIX));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(WORKFLOW_ENV_PREFIX.length), value ?? '']));
}
