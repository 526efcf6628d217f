// The mail house: a program that `npm start` runs while no mail server is configured. It listens on this machine alone.
// Arguments: the port for SMTP, the port of its pages, the folder of the messages; a domain, and the folder of what is for it.
import { once } from 'node:events';
import { Maildir } from './maildir.js';
import { smtpServer } from './smtp.js';
import { webServer } from './web.js';

const [smtpPort, webPort, folder = '', name = '', localFolder = ''] = process.argv.slice(2);
const log = (line: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
};

const maildir = new Maildir(folder);
const local = { name, maildir: new Maildir(localFolder) };
for (const each of [maildir, local.maildir]) await each.open();
const smtp = smtpServer(maildir, local, log);
await once(smtp.listen(Number(smtpPort), '127.0.0.1'), 'listening');
// Last, since whoever waits for the house waits for its pages.
const web = webServer(maildir, log).listen(Number(webPort), '127.0.0.1');

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    web.close();
    web.closeAllConnections();
    smtp.close(() => process.exit(0));
  });
}
