import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rotateLog } from '../processes/log-file.mjs';
import { startDovecot } from '../servers/dovecot.mjs';
import { programUnit } from './program-unit.mjs';
import { serverPassword } from './secrets.mjs';

/** Its name among what runs. */
export const MAIL_HOUSE = 'mail-house';

/** That of the server of its mailboxes. */
export const MAIL_HOUSE_IMAP = 'mail-imap';

/** Its own domain: mail to it is in a mailbox that starts workflows. */
export const MAIL_DOMAIN = 'millrace.local';

/** Users of the mailboxes: everything that came, and what of it is for {@link MAIL_DOMAIN}. Folders of `paths.mail`. */
export const MAIL_USERS = { all: 'catch-all', local: 'local' };

/** @typedef {{ imap: number, smtp: number, web: number }} MailPorts */

const HEAP_MB = 128;
/** Not with the mails, which are part of a backup. */
const SOCKETS = '/tmp/dovecot';
const FROM = `Millrace <no-reply@${MAIL_DOMAIN}>`;

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
      arguments: [String(ports.smtp), String(ports.web), paths.caughtMail, MAIL_DOMAIN, paths.localMail],
      heapMb: HEAP_MB,
      webPort: ports.web,
    },
    surroundings,
  );
}

/**
 * The password of its mailboxes: made once per home.
 *
 * @param {import('../paths.mjs').HomePaths} paths
 */
export function mailboxPassword({ secrets }) {
  return serverPassword(secrets, MAIL_HOUSE_IMAP);
}

/**
 * The server of its mailboxes, ready to be supervised.
 *
 * @param {{ runtime: import('../runtime/sandbox.mjs').PrivateRuntime, paths: import('../paths.mjs').HomePaths, port: number }} options
 * @returns {import('../processes/supervisor.mjs').Unit}
 */
export function mailboxServerUnit({ runtime, paths, port }) {
  const logFile = join(paths.logs, `${MAIL_HOUSE_IMAP}.log`);
  const password = mailboxPassword(paths);
  // Before the mail house could make them: they are to be those of the server, which may run as another user.
  for (const folder of [paths.caughtMail, paths.localMail])
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  return {
    name: MAIL_HOUSE_IMAP,
    start: () => {
      rotateLog(logFile);
      return startDovecot({ runtime, dir: paths.mail, mails: '', sockets: SOCKETS, port, password, logFile });
    },
  };
}

/**
 * Where everything that it has taken is read by IMAP, with user and password.
 *
 * @param {import('../paths.mjs').HomePaths} paths
 * @param {MailPorts} ports
 */
export function mailboxUrl(paths, { imap }) {
  return `imap://${MAIL_USERS.all}:${mailboxPassword(paths)}@127.0.0.1:${imap}`;
}
