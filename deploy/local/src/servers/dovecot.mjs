import { join } from 'node:path';
import { anyFreePort } from '../ports.mjs';
import { Failure } from '../failure.mjs';
import { INNER_ID, runSandboxed } from '../runtime/sandbox.mjs';
import { writeConfiguration } from './configuration-file.mjs';
import { imapGreets } from './probe.mjs';
import { runServer, startServerProcess } from './running-server.mjs';

/** The password of every user in tests. */
const PASSWORD = 'test';

/**
 * @typedef {object} DovecotOptions
 * @property {import('../runtime/sandbox.mjs').PrivateRuntime} runtime
 * @property {string} dir       mail and log; created if missing
 * @property {number} [port]    any free one by default
 * @property {string} [password] of every user; letters and digits
 * @property {string} [mails]   the folder below `dir` with a folder for each user, `mail` by default; '' for `dir` itself
 * @property {string} [sockets] the folder of its sockets as it sees it; one below `dir` by default, where `doveadm` finds them too
 * @property {string} [logFile] what the program says; `dovecot.log` in `dir` by default
 *
 * @typedef {import('./running-server.mjs').RunningServer & {
 *   password: string,
 *   mailFolder: (user: string) => string,
 *   doveadm: (...argv: string[]) => string,
 * }} RunningDovecot `mailFolder` is the folder of a user's mail on this machine; `doveadm` runs a command of Dovecot's administrator
 */

/**
 * Starts a Dovecot on loopback that lets every user in by one password, each with a mailbox in maildir form: for tests and the mail house. It is of the
 * private runtime only, since its settings are those of version 2.4.
 *
 * @param {DovecotOptions} options
 * @returns {Promise<RunningDovecot>}
 */
export async function startDovecot({
  runtime,
  dir,
  password = PASSWORD,
  mails = 'mail',
  sockets = '/data/run',
  ...options
}) {
  const port = options.port ?? (await anyFreePort());
  writeConfiguration(dir, 'dovecot.conf', configuration({ port, password, mails, sockets }));
  const start = () =>
    startServerProcess({
      name: 'dovecot',
      port,
      launch: { kind: 'runtime', runtime },
      dataDir: dir,
      argv: (data) => ['dovecot', '-F', '-c', `${data}/dovecot.conf`],
      logFile: options.logFile ?? join(dir, 'dovecot.log'),
      ready: () => imapGreets(port),
    });
  const server = await runServer({ url: `imap://127.0.0.1:${port}`, port, start: async () => [await start()] });
  return Object.assign(server, {
    password,
    mailFolder: (/** @type {string} */ user) => join(dir, mails, user, 'Maildir'),
    doveadm: (/** @type {string[]} */ ...argv) => {
      const { ok, output } = runSandboxed(runtime, dir, ['doveadm', '-c', '/data/dovecot.conf', ...argv]);
      if (!ok) throw new Failure(`doveadm ${argv.join(' ')} failed.`, output);
      return output;
    },
  });
}

/** @param {{ port: number, password: string, mails: string, sockets: string }} options */
function configuration({ port, password, mails, sockets }) {
  const user = INNER_ID === 1000 ? 'millrace' : String(INNER_ID);
  return `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap
listen = 127.0.0.1
base_dir = ${sockets}
state_dir = /data/state
log_path = /data/dovecot-mail.log
default_internal_user = ${user}
default_internal_group = ${user}
default_login_user = ${user}
first_valid_uid = ${INNER_ID}
mail_uid = ${INNER_ID}
mail_gid = ${INNER_ID}
mail_driver = maildir
mail_home = ${join('/data', mails, '%{user}')}
mail_path = ~/Maildir
# Many connections of one test are no attack.
mail_max_userip_connections = 100
auth_allow_cleartext = yes
auth_failure_delay = 0
ssl = no
passdb static {
  password = ${password}
}
userdb static {
  allow_all_users = yes
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
}
service stats {
  chroot =
}
`;
}
