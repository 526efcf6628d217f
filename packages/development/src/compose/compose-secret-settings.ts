import { passwordVariable } from '../kubernetes/nats-users.js';

/** A variable of `.env`; without it Compose starts nothing, and says what makes it. */
export const madeVariable = (name: string): string => `\${${name}:?npm run compose:secrets makes it}`;

/** Secret settings that the installation has a value for; `$` begins a variable of .env. */
const SECRETS: Readonly<Record<string, (service: string) => string>> = {
  MILLRACE_NATS_URL: (service) => `nats://${service}:${madeVariable(passwordVariable(service))}@nats:4222`,
  MILLRACE_REDIS_URL: () => `redis://:${madeVariable('PASSWORD_REDIS')}@redis:6379`,
  MILLRACE_MONGODB_URL: () =>
    `mongodb://millrace:${madeVariable('PASSWORD_MONGODB')}@mongodb:27017/?authSource=admin&replicaSet=rs0`,
  MILLRACE_OPERATOR_TOKEN: () => madeVariable('OPERATOR_TOKEN'),
  MILLRACE_SMTP_URL: () => '${MILLRACE_SMTP_URL:-smtp://mail:1025?tls=none}',
};

/** What a secret setting is for a service; null where the installation has no value of its own. */
export function valueOfSecret(setting: string, service: string): string | null {
  return SECRETS[setting]?.(service) ?? null;
}
