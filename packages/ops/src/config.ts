import {
  baseConfigShape,
  httpUrl,
  jsonOf,
  mongoConfigShape,
  natsMonitorUrls,
  parseConfig,
  redisConfigShape,
} from '@millrace/service-kit/config';
import { z } from 'zod';

/** What is sent in a header, whose value is in the message of the error when it cannot be. */
const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces: copy it again, without what is around it');
/* Those of the services: a client that is given another one repeats it, with its password. */
const natsUrl = baseConfigShape.MILLRACE_NATS_URL;
const mongodbUrl = mongoConfigShape.MILLRACE_MONGODB_URL;
const redisUrl = redisConfigShape.MILLRACE_REDIS_URL;

const schema = z.object({
  MILLRACE_API_URL: httpUrl('http://127.0.0.1:3000/v1').optional().describe('the address of the API, with `/v1`'),
  MILLRACE_OPERATOR_TOKEN: token.optional().describe('what the gateway has under that name'),
  MILLRACE_MASTER_KEYS_FILE: z.string().min(1).optional().describe('the file of master keys'),
  MILLRACE_PUBLIC_URL: httpUrl('https://millrace.example.com')
    .optional()
    .describe('the address at which webhooks are called'),
  MILLRACE_NATS_URL: natsUrl.optional().describe('NATS, as any service has it'),
  MILLRACE_NATS_OPERATOR_URL: natsUrl.optional().describe('NATS with its user `operator`, who may drain processes'),
  MILLRACE_NATS_MONITOR_URL: natsMonitorUrls.describe("NATS's monitoring pages, as any service has them"),
  MILLRACE_NATS_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('copies of each stream that there are to be; 1 by default'),
  MILLRACE_MONGODB_URL: mongodbUrl.optional().describe('the database, as any service has it'),
  MILLRACE_REDIS_URL: redisUrl.optional().describe('Redis, as any service has it'),
  MILLRACE_NATS_URLS: jsonOf(z.record(z.string(), natsUrl))
    .default({})
    .describe('JSON {"SERVICE": URL}: NATS with the user of each service'),
  MILLRACE_MONGODB_DATABASE: z
    .string()
    .min(1)
    .default('millrace')
    .describe("the database's name; `millrace` by default"),
  MILLRACE_PROFILE_TOKEN: token.optional().describe('what the services have under that name'),
  MILLRACE_HEALTH_URLS: jsonOf(z.record(z.string(), httpUrl('http://127.0.0.1:8080')))
    .default({})
    .describe('JSON {"SERVICE": URL} of operations ports'),
});

/** A setting by its name. */
export type SettingName = keyof typeof schema.shape;

/** What a setting is, in a few words. */
export function descriptionOf(setting: SettingName): string {
  return schema.shape[setting].description ?? '';
}

/** What the program gets from its environment: the names of the services' settings where it is the same. */
export interface OpsConfig {
  /** Address of the API, with `/v1`. */
  readonly apiUrl: string | undefined;
  readonly operatorToken: string | undefined;
  readonly masterKeysFile: string | undefined;
  /** The address at which webhooks are called. */
  readonly publicUrl: string | undefined;
  /** With the credentials of any service: each may look at the streams. */
  readonly natsUrl: string | undefined;
  /** With the credentials of the user who may drain processes. */
  readonly natsOperatorUrl: string | undefined;
  /** Of each server whose monitoring pages are known. */
  readonly natsMonitorUrls: readonly string[];
  readonly natsReplicas: number;
  /** The same with the credentials of each service, by its name. */
  readonly natsUrls: Readonly<Record<string, string>>;
  readonly mongodbUrl: string | undefined;
  readonly mongodbDatabase: string;
  readonly redisUrl: string | undefined;
  readonly profileToken: string | undefined;
  /** Operations ports of services, by their names. */
  readonly healthUrls: Readonly<Record<string, string>>;
}

/** A setting is missing or malformed. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Reads the environment. Throws {@link ConfigError}. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): OpsConfig {
  const result = parseConfig(schema, env);
  if ('problems' in result)
    throw new ConfigError(result.problems.map(({ name, message }) => `${name}: ${message}`).join('; '));
  const found = result.config;
  return {
    apiUrl: found.MILLRACE_API_URL?.replace(/\/$/, ''),
    operatorToken: found.MILLRACE_OPERATOR_TOKEN,
    masterKeysFile: found.MILLRACE_MASTER_KEYS_FILE,
    publicUrl: found.MILLRACE_PUBLIC_URL?.replace(/\/$/, ''),
    natsUrl: found.MILLRACE_NATS_URL,
    natsOperatorUrl: found.MILLRACE_NATS_OPERATOR_URL,
    natsMonitorUrls: found.MILLRACE_NATS_MONITOR_URL,
    natsReplicas: found.MILLRACE_NATS_REPLICAS,
    natsUrls: found.MILLRACE_NATS_URLS,
    mongodbUrl: found.MILLRACE_MONGODB_URL,
    mongodbDatabase: found.MILLRACE_MONGODB_DATABASE,
    redisUrl: found.MILLRACE_REDIS_URL,
    profileToken: found.MILLRACE_PROFILE_TOKEN,
    healthUrls: found.MILLRACE_HEALTH_URLS,
  };
}
