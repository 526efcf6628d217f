import { markdownTable, type ServiceDescription, type SettingDescription } from '@millrace/service-kit/manifest';
import { hasMasterKeys, MASTER_KEYS, secretOf } from './container-settings.js';
import { installationUsers, passwordVariable } from './nats-users.js';

const TOKEN = '`openssl rand -hex 20`';
const PASSWORD = '`echo "p$(openssl rand -hex 24)"`';

/** How a value is made, by the setting that it is for. */
const MADE: Readonly<Record<string, string>> = {
  MILLRACE_NATS_URL: '`nats://SERVICE:PASSWORD@HOST:4222`, with the password that NATS has for this service (below)',
  MILLRACE_REDIS_URL: '`redis://:PASSWORD@HOST:6379`; the same for all',
  MILLRACE_MONGODB_URL: '`mongodb://USER:PASSWORD@HOST:27017/?authSource=admin&replicaSet=NAME`; the same for all',
  MILLRACE_OPERATOR_TOKEN: TOKEN,
  MILLRACE_PROFILE_TOKEN: `${TOKEN}; the same for all`,
  MILLRACE_DEV_TOKEN: `${TOKEN}; leave it out in production`,
  MILLRACE_BOOTSTRAP_TOKENS: `JSON, each token by ${TOKEN}; [organisations](organisations.md) need none`,
  MILLRACE_OTLP_HEADERS: '`NAME=VALUE`, as the collector of traces expects it; the same for all',
  MILLRACE_AI_PROVIDERS: 'JSON with the keys that the providers gave you ([models](ai.md))',
  MILLRACE_HTTP_ROUTES:
    'JSON with the proxies and client certificates of HTTP steps, models and events, the same for both ([routes](operate.md#proxies-and-client-certificates))',
  MILLRACE_SMTP_URL: '`smtp://USER:PASSWORD@HOST:587`, as your mail server has it',
};

/** Where the table is on its page: between these lines. */
const PLACE = /(<!-- secrets: written by npm run kubernetes -->\n\n)[^]*?(\n\n<!-- end of secrets -->)/;

/** A page with its table of Secrets written anew. Throws when it has no place for one. */
export function withSecretsTable(page: string, services: readonly ServiceDescription[]): string {
  if (!PLACE.test(page)) throw new Error('The page has no lines "<!-- secrets: …" and "<!-- end of secrets -->".');
  const table = secretsTable(services);
  return page.replace(PLACE, (_all, begin: string, end: string) => `${begin}${table}${end}`);
}

function secretsTable(services: readonly ServiceDescription[]): string {
  const settings = new Map(services.flatMap((service) => service.settings.map((setting) => [setting.name, setting])));
  const secret = [...settings.values()].filter((setting) => setting.secret);
  const holders = services.filter(hasMasterKeys).map(({ name }) => name);
  return markdownTable([
    ['key', 'in', 'needed by', 'optional for', 'is made so'],
    ...secret.map((setting) => rowOf(setting, services)),
    [
      '`master-keys`',
      `\`${MASTER_KEYS}\``,
      namesOf(holders, services),
      '',
      '`echo "k1 $(openssl rand -base64 32)"` ([secrets](secrets.md))',
    ],
    ...installationUsers().map(({ user }) => [
      `\`${passwordVariable(user)}\``,
      '`millrace-nats`',
      'NATS',
      '',
      PASSWORD,
    ]),
  ]);
}

function rowOf({ name }: SettingDescription, services: readonly ServiceDescription[]): string[] {
  const made = MADE[name];
  if (made === undefined) throw new Error(`${name} is secret, and secrets-table.ts does not say how it is made.`);
  const readers = (required: boolean) =>
    services
      .filter(({ settings }) => settings.some((one) => one.name === name && one.required === required))
      .map((service) => service.name);
  const all = [...readers(true), ...readers(false)];
  const [only] = all;
  const place = all.length === 1 && only !== undefined ? `\`${secretOf(only)}\`` : '`millrace-SERVICE`';
  return [`\`${name}\``, place, namesOf(readers(true), services), namesOf(readers(false), services), made];
}

function namesOf(names: readonly string[], services: readonly ServiceDescription[]): string {
  return names.length === services.length ? 'each service' : names.map((name) => `\`${name}\``).join(', ');
}
