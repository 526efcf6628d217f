import { programUnit } from './program-unit.mjs';

/** Its name among what runs. */
export const MAIL_HOUSE = 'mail-house';

/** @typedef {{ smtp: number, web: number }} MailPorts */

const HEAP_MB = 128;
const FROM = 'Millrace <no-reply@millrace.local>';

/**
 * Whether the platform brings its mail house: unless the user has a mail server.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function wantsMailHouse(env) {
  return !env.MILLRACE_SMTP_URL;
}

/**
 * Where it takes e-mail, and where people and scripts read it.
 *
 * @param {MailPorts} ports
 */
export function mailHouseUrls({ smtp, web }) {
  return { smtp_url: `smtp://127.0.0.1:${smtp}?tls=none`, web_url: `http://127.0.0.1:${web}` };
}

/**
 * The settings that make it the account of the installation.
 *
 * @param {MailPorts} ports
 */
export function mailHouseSettings(ports) {
  return { MILLRACE_SMTP_URL: mailHouseUrls(ports).smtp_url, MILLRACE_MAIL_FROM: FROM };
}

/**
 * The mail house, ready to be supervised.
 *
 * @param {import('./program-unit.mjs').Surroundings & { ports: MailPorts }} options
 * @returns {import('../processes/supervisor.mjs').Unit}
 */
export function mailHouseUnit({ ports, ...surroundings }) {
  const { paths } = surroundings;
  return programUnit(
    {
      name: MAIL_HOUSE,

      arguments: [String(ports.smtp), String(ports.web), paths.caughtMail],
      heapMb: HEAP_MB,
      webPort: ports.web,
    },
    surroundings,
  );
}
